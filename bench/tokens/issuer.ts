import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK, SignJWT } from 'jose'
import type { MeasuredAlgorithm } from './token-verification.ts'

/** What every verifier is told to ask of a token. */
export const expected = {
  issuer: 'https://login.example.com',
  audience: 'https://api.example.com',
  typ: 'at+jwt',
} as const

export interface BenchIssuer {
  readonly algorithm: MeasuredAlgorithm
  readonly jwksUri: string
  readonly jwks: JSONWebKeySet
  /** The key that signs, out of `jwks`. */
  readonly jwk: JWK
  /** Distinct access tokens. */
  readonly sign: (count: number) => Promise<string[]>
  /** Answers with the key set, from memory. */
  readonly fetch: typeof globalThis.fetch
}

/** An issuer that publishes two keys, as one does around a rotation, and signs with the second. */
export async function createIssuer(algorithm: MeasuredAlgorithm): Promise<BenchIssuer> {
  const create = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair(algorithm)
    return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } }
  }
  const { jwk: former } = await create('former')
  const { jwk, privateKey } = await create('current')
  const jwks = { keys: [former, jwk] }
  const published = JSON.stringify(jwks)
  const sign = async () => {
    const token = await new SignJWT({
      client_id: 'bench',
      scope: 'deals:read deals:write',
      jti: randomUUID(),
    })
      .setProtectedHeader({ alg: algorithm, kid: 'current', typ: expected.typ })
      .setIssuer(expected.issuer)
      .setAudience(expected.audience)
      .setSubject(randomUUID())
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
    // One piece of memory, as a token that came over a wire: put together from parts, the first reader would pay for it.
    return Buffer.from(token).toString('latin1')
  }
  return {
    algorithm,
    jwksUri: `${expected.issuer}/jwks`,
    jwks,
    jwk,
    sign: count => Promise.all(Array.from({ length: count }, sign)),
    fetch: async () => new Response(published, { headers: { 'content-type': 'application/json' } }),
  }
}
