import { exportJWK, generateKeyPair, type JWK } from 'jose'

/** Algorithms the local issuer can sign with (RFC 7518 §3.1, RFC 8037). */
export const supportedAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const
export type SigningAlgorithm = (typeof supportedAlgorithms)[number]

/** Reads the declared algorithms. Throws a `TypeError` naming the first that the local issuer cannot sign with, or for an empty list. */
export function readAlgorithms(given: readonly string[]): [SigningAlgorithm, ...SigningAlgorithm[]] {
  const algorithms = given.map(name => {
    const known = supportedAlgorithms.find(algorithm => algorithm === name)
    if (known) return known
    throw new TypeError(
      `local issuer: algorithm '${name}' is not supported; supported: ${supportedAlgorithms.join(', ')}`,
    )
  })
  const [first, ...others] = new Set(algorithms)
  if (!first) throw new TypeError('local issuer: no algorithm given; it signs with the first one declared')
  return [first, ...others]
}

/** One fresh private key per algorithm, each with a `kid` that is used once. */
export async function generateKeys(algorithms: readonly SigningAlgorithm[]): Promise<JWK[]> {
  return Promise.all(
    algorithms.map(async alg => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      return {
        ...(await exportJWK(privateKey)),
        alg,
        use: 'sig',
        kid: `${alg.toLowerCase()}-${crypto.randomUUID()}`,
      }
    }),
  )
}

/** The members of a key that may be published: a list of what is public, so that a new private member cannot slip through. */
export function publicPart({ kty, use, alg, kid, crv, x, y, n, e }: JWK): JWK {
  const members = Object.entries({ kty, use, alg, kid, crv, x, y, n, e }).filter(
    ([, value]) => value !== undefined,
  )
  return Object.fromEntries(members) as JWK
}
