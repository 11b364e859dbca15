import type { Access } from './access.ts'
import { DeclarationError } from './declaration-error.ts'
import type { Issuer } from './issuer.ts'

/** The issuers whose tokens count under an access rule, in the API's order. */
export const acceptedIssuers = (access: Access, declared: readonly Issuer[]): readonly Issuer[] =>
  access.kind === 'public'
    ? []
    : declared.filter(issuer => access.issuers === undefined || access.issuers.includes(issuer))

/** Refuses an access rule that no issuer of the API can satisfy, or that would let one of several speak for another. */
export function checkAcceptedIssuers(at: string, access: Access, declared: readonly Issuer[]): void {
  if (access.kind === 'public') return
  const complain = (where: string, given: string, allowed: string, fix: string): never => {
    throw new DeclarationError({ at: `${at}${where}`, given, allowed, fix })
  }
  if (declared.length === 0) {
    complain(
      '',
      'Access.token on an API without issuers',
      'Access.token where the API has issuers',
      "add issuers: [Issuer.oidc('https://…', { … })] to the API",
    )
  }
  const stranger = access.issuers?.find(issuer => !declared.includes(issuer))
  if (stranger) {
    complain(
      ' access.issuers',
      `${stranger.label}, which is no issuer of this API`,
      `the issuers of this API: ${declared.map(({ label }) => label).join(', ')}`,
      'use the very Issuer that the API was given, or add this one to its issuers',
    )
  }
  const accepted = acceptedIssuers(access, declared)
  // Two issuers can call different people by one name: `sub` alone would give one the other's objects.
  if (access.bindings.length > 0 && accepted.length > 1) {
    complain(
      ' access.claims',
      `equalsPath on a route that accepts ${accepted.length} issuers`,
      'equalsPath where one issuer names the callers',
      'name the one in access.issuers; for the others, declare another route',
    )
  }
  const onSubject = access.requirements.some(({ claim, kind }) => claim === 'sub' && kind !== 'present')
  const saysWhose = access.requirements.some(({ claim, kind }) => claim === 'iss' && kind === 'equals')
  if (onSubject && !saysWhose && accepted.length > 1) {
    complain(
      ' access.claims.sub',
      `callers by name on a route that accepts ${accepted.length} issuers`,
      'sub where one issuer names the callers',
      'name the one in access.issuers, or require claims.iss too',
    )
  }
  const asks = access.scopes.length + access.anyScope.length > 0
  if (asks && accepted.every(({ declaration }) => declaration.scopes === null)) {
    complain(
      ' access.scopes',
      'scopes where no accepted issuer can grant any',
      'scopes where tokens of an accepted issuer carry some',
      'ask for claims instead, for example claims: { email_verified: { equals: true } }',
    )
  }
  if (access.roles.length > 0 && accepted.every(({ declaration }) => declaration.roles === null)) {
    complain(
      ' access.roles',
      'roles where no accepted issuer can grant any',
      'roles where tokens of an accepted issuer carry some',
      'ask for claims instead, or say where the roles are when you declare the issuer',
    )
  }
}
