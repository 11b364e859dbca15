import type { ClaimRule } from './authorizer-manifest.ts'
import type { AuthenticationManifest } from './gate-manifest.ts'

/** What a route asks of a token, from whichever side it is known. */
export interface AskedOfToken {
  /** Names of the issuers that count; empty: all of them. */
  readonly issuers: readonly string[]
  readonly scopes: readonly string[]
  readonly anyScope: readonly string[]
  readonly roles: readonly string[]
  readonly claims: readonly ClaimRule[]
  readonly bind: ReadonlyArray<{ readonly claim: string; readonly pathParameter: string }>
  readonly rule: string | null
  readonly authentication: AuthenticationManifest | null
}

/** One of the things that are asked, all of which are needed: `role`, and values of which any will do. */
export interface AccessPart {
  readonly what: string
  /** Never empty. Text of the declaration's own: it may hold commas and words such as `or`. */
  readonly anyOf: readonly string[]
}

/** What is asked, in the order in which it is decided. Empty: any valid token will do. */
export const accessParts = (asked: AskedOfToken): AccessPart[] => [
  ...oneOf('issuer', asked.issuers),
  ...asked.scopes.map(scope => one('scope', scope)),
  ...oneOf('scope', asked.anyScope),
  ...oneOf('role', asked.roles),
  ...asked.claims.map(claimPart),
  ...(asked.authentication ? authenticationParts(asked.authentication) : []),
  ...asked.bind.map(({ claim, pathParameter }) => one(`${claim} =`, `{${pathParameter}}`)),
  ...(asked.rule === null ? [] : [one('rule', asked.rule.trim())]),
]

/** As people say it, in one line, for diffs and documents. */
export const accessText = (asked: AskedOfToken): string =>
  accessParts(asked)
    .map(({ what, anyOf }) => inOneLine(`${what} ${anyOf.join(' or ')}`))
    .join(', ') || 'any valid token'

/**
 * The end of a line, with the indentation around it, as ` \n `. Other spaces stay: they may be part of a text in a rule, as all
 * are in one of three quotes. In ASCII, since CloudFormation hands templates back with everything else replaced.
 */
export const inOneLine = (text: string): string =>
  text.replace(/'''|"{3}/.test(text) ? /\r\n?|\n/g : /\s*[\r\n]\s*/g, ' \\n ')

const one = (what: string, value: string): AccessPart => ({ what, anyOf: [value] })

const oneOf = (what: string, values: readonly string[]): AccessPart[] =>
  values.length > 0 ? [{ what, anyOf: values }] : []

function claimPart(rule: ClaimRule): AccessPart {
  switch (rule.kind) {
    case 'equals':
      return one(`${rule.claim} =`, String(rule.value))
    case 'oneOf':
      return { what: `${rule.claim} =`, anyOf: rule.values }
    case 'contains':
      return one(`${rule.claim} with`, rule.value)
    case 'present':
      return one('any', rule.claim)
  }
}

const authenticationParts = ({ acrValues, mfa, maxAgeSeconds }: AuthenticationManifest): AccessPart[] => [
  ...oneOf('acr', acrValues),
  ...(mfa ? [one('more than', 'one factor')] : []),
  ...(maxAgeSeconds === null ? [] : [one('signed in within', `${maxAgeSeconds} s`)]),
]
