import type { AuthenticationManifest, ClaimRule } from './manifest.ts'

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

/** As people say it, for tables, diffs and documents: in one line, in the order in which it is decided. */
export const accessText = (asked: AskedOfToken): string =>
  [
    ...oneOf('issuer', asked.issuers),
    ...asked.scopes.map(scope => `scope ${scope}`),
    ...oneOf('scope', asked.anyScope),
    ...oneOf('role', asked.roles),
    ...asked.claims.map(claimText),
    ...(asked.authentication ? authenticationText(asked.authentication) : []),
    ...asked.bind.map(({ claim, pathParameter }) => `${claim} = {${pathParameter}}`),
    ...(asked.rule === null ? [] : [asked.rule.trim().replace(/\s+/g, ' ')]),
  ].join(', ') || 'any valid token'

const oneOf = (what: string, values: readonly string[]): string[] =>
  values.length > 0 ? [`${what} ${values.join(' or ')}`] : []

function claimText(rule: ClaimRule): string {
  switch (rule.kind) {
    case 'equals':
      return `${rule.claim} = ${rule.value}`
    case 'oneOf':
      return `${rule.claim} = ${rule.values.join(' or ')}`
    case 'contains':
      return `${rule.claim} with ${rule.value}`
    case 'present':
      return `any ${rule.claim}`
  }
}

const authenticationText = ({ acrValues, mfa, maxAgeSeconds }: AuthenticationManifest): string[] => [
  ...oneOf('acr', acrValues),
  ...(mfa ? ['more than one factor'] : []),
  ...(maxAgeSeconds === null ? [] : [`signed in within ${maxAgeSeconds} s`]),
]
