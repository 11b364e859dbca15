import type { Algorithm } from './authorizer-manifest.ts'

/** Members of a key as they were published: nothing in it is believed yet (RFC 7517 §4). */
export type Jwk = Readonly<Record<string, unknown>>

/** What the public key of an algorithm is (RFC 7518 §3.1, RFC 8037 §3.1). */
const kindOf: Readonly<Record<Algorithm, { readonly kty: string; readonly crv?: string }>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
}

// Members of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

// RFC 7518 §6.2.1, §6.3.1, RFC 8037 §2.
const numbers = ['x', 'y', 'n', 'e']

/** A key that nobody but its owner should have seen. */
export const isSecret = (jwk: Jwk): boolean =>
  jwk.kty === 'oct' || secretMembers.some(member => Object.hasOwn(jwk, member))

// Visible ASCII: it is compared, never looked up anywhere else.
const keyId = /^[\x21-\x7e]{1,256}$/

/** A `kid` that a token can name its key by. */
export const isKeyId = (kid: unknown): kid is string => typeof kid === 'string' && keyId.test(kid)

/** Whether signatures of an algorithm may be checked with a key: its type, curve and declared use, and its strength. */
export function mayServe(jwk: Jwk, algorithm: Algorithm): boolean {
  const { kty, crv } = kindOf[algorithm]
  if (numbers.some(member => jwk[member] !== undefined && typeof jwk[member] !== 'string')) return false
  if (jwk.kty !== kty || (crv !== undefined && jwk.crv !== crv)) return false
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return false
  if (jwk.use !== undefined && jwk.use !== 'sig') return false
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))
    return false
  return kty !== 'RSA' || isStrongRsa(jwk)
}

/**
 * 2048 to 8192 bits (RFC 7518 §3.3), and an odd exponent of at least 3. Under an exponent of 1 every text is its own
 * signature.
 */
function isStrongRsa({ n, e }: Jwk): boolean {
  const [modulus, exponent] = [numberOf(n), numberOf(e)]
  if (modulus === undefined || exponent === undefined) return false
  const bits = modulus.toString(2).length
  return bits >= 2048 && bits <= 8192 && isOdd(modulus) && isOdd(exponent) && exponent >= 3n
}

const isOdd = (value: bigint) => (value & 1n) === 1n

/** Base64urlUInt (RFC 7518 §2). */
const numberOf = (member: unknown): bigint | undefined =>
  typeof member === 'string' && /^[\w-]{1,2000}$/.test(member)
    ? BigInt(`0x0${Buffer.from(member, 'base64url').toString('hex')}`)
    : undefined
