import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { createVerifier, type VerifierOptions } from 'fast-jwt'
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWK, jwtVerify } from 'jose'
import type { IssuerManifest } from '../../contract/authorizer-manifest.ts'
import { type BenchIssuer, expected } from './issuer.ts'
import type { Peer } from './token-verification.ts'

/** Throws, or rejects, for a token it refuses. */
export type Verify = (token: string) => unknown

/** The declaration of the issuer, as lib/ would write it for `Issuer.oidc` with a `jwksUri`. */
export const declarationOf = ({ algorithm, jwksUri }: BenchIssuer): IssuerManifest => ({
  issuer: expected.issuer,
  keys: { kind: 'uri', uri: jwksUri },
  audience: { claim: 'aud', values: [expected.audience] },
  algorithms: [algorithm],
  tokenType: expected.typ,
  requiredClaims: ['client_id', 'jti'],
  fixedClaims: {},
  scopes: { claim: 'scope', form: 'text' },
  roles: null,
  clientClaim: 'client_id',
  leewaySeconds: 0,
  maxLifetimeSeconds: 24 * 3600,
  maxAgeSeconds: null,
})

/** Each with the keys at hand, the way its own guide has it. */
export async function warmPeers(issuer: BenchIssuer): Promise<Record<Peer, Verify>> {
  const keys = createLocalJWKSet(issuer.jwks)
  const aws = awsVerifier(issuer)
  await aws.hydrate()
  return {
    jose: token => jwtVerify(token, keys, joseOptions(issuer)),
    'aws-jwt-verify': token => aws.verify(token),
    'fast-jwt': createVerifier({ ...fastOptions(issuer), key: pem(issuer.jwk) }),
  }
}

/** fast-jwt with its own cache of verified tokens. */
export const cachingPeer = (issuer: BenchIssuer): Verify =>
  createVerifier({ ...fastOptions(issuer), key: pem(issuer.jwk), cache: 1000 })

/** Each made anew for one token, and fetching the keys. */
export const coldPeers = (issuer: BenchIssuer): Record<Peer, Verify> => ({
  jose: token =>
    jwtVerify(
      token,
      createRemoteJWKSet(new URL(issuer.jwksUri), { [customFetch]: issuer.fetch }),
      joseOptions(issuer),
    ),
  'aws-jwt-verify': token => awsVerifier(issuer).verify(token),
  'fast-jwt': token =>
    createVerifier({
      ...fastOptions(issuer),
      key: async ({ header }: { header: { kid?: string } }) => {
        const { keys } = (await (await issuer.fetch(issuer.jwksUri)).json()) as { keys: JWK[] }
        const jwk = keys.find(({ kid }) => kid === header.kid)
        if (!jwk) throw new Error('no such key')
        return pem(jwk)
      },
    })(token),
})

const joseOptions = ({ algorithm }: BenchIssuer) => ({ ...expected, algorithms: [algorithm] })

const awsVerifier = ({ jwksUri, fetch }: BenchIssuer) =>
  JwtVerifier.create(
    {
      issuer: expected.issuer,
      audience: expected.audience,
      jwksUri,
      customJwtCheck: ({ header }) => {
        if (header.typ !== expected.typ) throw new Error('another type')
      },
    },
    {
      jwksCache: new SimpleJwksCache({
        fetcher: { fetch: async uri => (await fetch(uri)).arrayBuffer() },
      }),
    },
  )

const fastOptions = ({ algorithm }: BenchIssuer): Omit<VerifierOptions, 'key'> => ({
  algorithms: [algorithm],
  allowedIss: expected.issuer,
  allowedAud: expected.audience,
  checkTyp: expected.typ,
})

/** fast-jwt takes keys as PEM only. */
const pem = (jwk: JWK): string =>
  String(createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' }))
