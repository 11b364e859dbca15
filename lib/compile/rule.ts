import type { Rule } from '../../contract/rule.ts'
import { certificateMembers } from '../../contract/rule-values.ts'
import { memberText, RuleError } from '../../contract/rule-words.ts'
import type { Access } from '../declare/access.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import { type DeclaredRule, readDeclaredRule, shownRule } from '../declare/declared-rule.ts'
import type { CompiledInput } from './inputs.ts'

/**
 * Reads a route's rule and checks its types against the route's inputs.
 *
 * @param certificates whether the API asks its callers for client certificates
 */
export function compileRule(
  at: string,
  access: Access,
  input: CompiledInput,
  acceptedIssuers: number,
  certificates: boolean,
): Rule | undefined {
  if (access.rule === undefined) return undefined
  const complain = (what: string, fix: string): never => {
    throw new DeclarationError({
      at: `${at} access.rule`,
      given: `${what}, in ${shownRule(access.rule ?? '')}`,
      allowed: `a condition in CEL over claims, path, query${certificates ? ', certificate' : ''} and source.ip`,
      fix,
    })
  }
  const rule = read(access.rule, input, certificates, complain)
  if (rule.certificate.length > 0 && !certificates)
    return complain(
      'the client certificate, which this API asks no caller for',
      "declare domain: { …, clientCertificates: { bucket, key: 'truststore.pem' } } on the API",
    )
  const [unasked] = rule.unasked
  if (unasked !== undefined) {
    const read = memberText('query', unasked)
    const asked = read.endsWith(']') ? `('${unasked}' in query)` : `has(${read})`
    return complain(
      `${read}, which callers may leave out: then it cannot be evaluated, and denies`,
      `ask first: ${asked} && … to refuse them, !${asked} || … to let them through; or make the parameter required`,
    )
  }
  // Two issuers can call different people by one name, whichever claim holds it.
  const namesCallers = rule.claims.includes('sub') || (rule.speaksOfPath && rule.claims.length > 0)
  if (acceptedIssuers > 1 && namesCallers && !rule.claims.includes('iss'))
    return complain(
      `callers by name, where ${acceptedIssuers} issuers name them`,
      'compare claims.iss too, or name one issuer in access.issuers',
    )
  return rule
}

function read(
  text: string,
  input: CompiledInput,
  certificates: boolean,
  complain: (what: string, fix: string) => never,
): DeclaredRule {
  try {
    return readDeclaredRule(text, { ...input, certificate: true })
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const parameters = (place: 'path' | 'query') => input[place].map(({ name }) => memberText(place, name))
    const certificate = certificates ? certificateMembers.map(name => memberText('certificate', name)) : []
    const known = ['claims.…', ...parameters('path'), ...parameters('query'), ...certificate, 'source.ip']
    if (error.message.startsWith('a comment'))
      return complain(error.message, 'write it in the code, above the rule')
    const isSyntax = /^(?:Unexpected|Expected)/.test(error.message)
    return complain(
      error.message,
      isSyntax
        ? 'in CEL == compares, && and || join, ! negates, and texts stand in quotes'
        : `it can speak of ${known.join(', ')}`,
    )
  }
}
