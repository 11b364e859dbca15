import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { Token } from 'aws-cdk-lib'
import type { Algorithm } from '../../../contract/authorizer-manifest.ts'
import { isKeyId, isSecret, type Jwk, mayServe } from '../../../contract/jwk.ts'
import { checkOptions, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import { type IssuerDeclaration, named } from './declaration.ts'
import { exampleOf, readTokenOptions, type TokenOptions, tokenOptions } from './oidc.ts'

export interface PinnedIssuerOptions extends TokenOptions {
  /**
   * Its public keys as JWKs (RFC 7517), each with a `kid` of its own. They count until the next deployment, whatever the issuer
   * publishes meanwhile.
   */
  readonly keys: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** An issuer whose public keys are part of the declaration: nothing is fetched. */
export function declareKeys(issuer: string, options: PinnedIssuerOptions): IssuerDeclaration {
  const at = named('keys', issuer)
  checkOptions(at, options, ['keys', ...tokenOptions], exampleOf('keys', issuer))
  const { keys, ...token } = options
  const read = readTokenOptions(at, issuer, token)
  return { ...read, keys: { kind: 'pinned', keys: readKeys(at, keys, read.algorithms) } }
}

function readKeys(at: string, given: unknown, algorithms: readonly Algorithm[]): readonly Jwk[] {
  if (!Array.isArray(given) || given.length === 0 || Token.isUnresolved(given)) {
    throw new DeclarationError({
      at: `${at} keys`,
      given: describeValue(given),
      allowed: 'a list of one or more public keys as JWKs',
      fix: "take them from the issuer's key set: its `keys`",
    })
  }
  const keys = given.map((jwk, i) => readKey(`${at} keys[${i}]`, jwk, algorithms))
  const kids = keys.map(({ kid }) => kid)
  const twice = kids.find((kid, i) => kids.indexOf(kid) !== i)
  if (twice === undefined) return keys
  throw new DeclarationError({
    at: `${at} keys`,
    given: `the kid ${JSON.stringify(twice)} twice`,
    allowed: 'a kid of its own for each key',
    fix: 'tokens name their key by it: of two, which was meant could only be tried out',
  })
}

// What is left out, such as certificates, has no say in how a key is used.
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg', 'key_ops']

/** Refuses what no token can be checked with, and secrets above all: a declaration is in everyone's repository. */
function readKey(at: string, given: unknown, algorithms: readonly Algorithm[]): Jwk {
  const complain = (what: string, fix: string, allowed = 'a public key as a JWK with a kid (RFC 7517)') => {
    throw new DeclarationError({ at, given: what, allowed, fix })
  }
  const fromTheSet = "take it from the issuer's key set"
  if (typeof given !== 'object' || given === null || Token.isUnresolved(given))
    return complain(describeValue(given), fromTheSet)
  const jwk = given as Jwk
  if (isSecret(jwk))
    return complain('a secret', 'remove it from here and replace it at the issuer: it has been written down')
  if (Object.values(jwk).some(member => Token.isUnresolved(member)))
    return complain('a deploy-time value', fromTheSet)
  if (!isKeyId(jwk.kid)) return complain('a key without a usable kid', 'give it one of printable ASCII')
  if (!canBeRead(jwk)) return complain('what cannot be read as a key', `${fromTheSet} as it stands there`)
  // One that the first door would skip is an issuer none of whose tokens are accepted.
  if (!algorithms.some(algorithm => mayServe(jwk, algorithm)))
    return complain(
      'a key that none of the declared algorithms is checked with',
      'pin the key that the issuer signs with, or correct algorithms',
      `a key for ${algorithms.join(', ')}`,
    )
  return Object.fromEntries(
    publicMembers.flatMap(name => (Object.hasOwn(jwk, name) ? [[name, jwk[name]]] : [])),
  )
}

function canBeRead(jwk: Jwk): boolean {
  try {
    createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
