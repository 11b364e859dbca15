import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { Token } from 'aws-cdk-lib'
import type { Algorithm } from '../../../contract/manifest.ts'
import { checkOptions, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'
import { type IssuerDeclaration, named } from './declaration.ts'
import { readTokenOptions, type TokenOptions, tokenOptions } from './oidc.ts'

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
  checkOptions(at, options, ['keys', ...tokenOptions])
  const { keys, ...token } = options
  const read = readTokenOptions(at, issuer, token)
  return { ...read, keys: { kind: 'pinned', keys: readKeys(at, keys, read.algorithms) } }
}

type Jwk = Readonly<Record<string, unknown>>

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
// RFC 7518 §6.2.2, §6.3.2, §6.4.1.
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
// As the `kid` of a token may be.
const keyId = /^[\x21-\x7e]{1,256}$/

/** Refuses what no token can be checked with, and secrets above all: a declaration is in everyone's repository. */
function readKey(at: string, given: unknown, algorithms: readonly Algorithm[]): Jwk {
  const complain = (what: string, fix: string, allowed = 'a public key as a JWK with a kid (RFC 7517)') => {
    throw new DeclarationError({ at, given: what, allowed, fix })
  }
  const fromTheSet = "take it from the issuer's key set"
  if (typeof given !== 'object' || given === null || Token.isUnresolved(given))
    return complain(describeValue(given), fromTheSet)
  const jwk = given as Jwk
  if (jwk.kty === 'oct' || secretMembers.some(member => Object.hasOwn(jwk, member)))
    return complain('a secret', 'remove it from here and replace it at the issuer: it has been written down')
  if (Object.values(jwk).some(member => Token.isUnresolved(member)))
    return complain('a deploy-time value', fromTheSet)
  if (typeof jwk.kid !== 'string' || !keyId.test(jwk.kid))
    return complain('a key without a usable kid', 'give it one of printable ASCII')
  const key = importKey(jwk)
  if (!key) return complain('what cannot be read as a key', `${fromTheSet} as it stands there`)
  if (!algorithms.some(algorithm => mayServe(jwk, key, algorithm)))
    return complain(
      'a key that none of the declared algorithms is checked with',
      'pin the key that the issuer signs with, or correct algorithms',
      `a key for ${algorithms.join(', ')}`,
    )
  return Object.fromEntries(
    publicMembers.flatMap(name => (Object.hasOwn(jwk, name) ? [[name, jwk[name]]] : [])),
  )
}

function importKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

// RFC 7518 §3.1, RFC 8037 §3.1.
const curves: Partial<Record<Algorithm, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
}

/** The same that the first door asks of a key: one that it would skip is an issuer none of whose tokens are accepted. */
function mayServe(jwk: Jwk, key: KeyObject, algorithm: Algorithm): boolean {
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return false
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))
    return false
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (algorithm === 'EdDSA') return key.asymmetricKeyType === 'ed25519'
  if (algorithm.startsWith('ES')) return namedCurve !== undefined && namedCurve === curves[algorithm]
  return key.asymmetricKeyType === 'rsa' && modulusLength >= 2048
}
