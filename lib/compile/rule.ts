import { type Rule, readRule } from '../../contract/rule.ts'
import { memberText, RuleError } from '../../contract/rule-words.ts'
import type { Access } from '../declare/access.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { CompiledInput } from './inputs.ts'

// One line of a terminal, or two.
const shownMost = 200

/** Reads a route's rule and checks its types against the route's inputs. */
export function compileRule(
  at: string,
  access: Access,
  input: CompiledInput,
  acceptedIssuers: number,
): Rule | undefined {
  if (access.rule === undefined) return undefined
  const complain = (what: string, fix: string): never => {
    throw new DeclarationError({
      at: `${at} access.rule`,
      given: `${access.rule?.replace(/\s+/g, ' ').trim().slice(0, shownMost)}: ${what}`,
      allowed: 'a condition in CEL over claims, path, query and source.ip',
      fix,
    })
  }
  const rule = read(access.rule, input, complain)
  // Two issuers can call different people by one name.
  if (acceptedIssuers > 1 && rule.claims.includes('sub') && !rule.claims.includes('iss'))
    return complain(
      `claims.sub alone, where ${acceptedIssuers} issuers name the callers`,
      'compare claims.iss too, or name one issuer in access.issuers',
    )
  return rule
}

function read(text: string, input: CompiledInput, complain: (what: string, fix: string) => never): Rule {
  try {
    return readRule(text, input)
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const parameters = (place: 'path' | 'query') => input[place].map(({ name }) => memberText(place, name))
    const known = ['claims.…', ...parameters('path'), ...parameters('query'), 'source.ip']
    return complain(error.message, `it can speak of ${known.join(', ')}`)
  }
}
