import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { type JWK, SignJWT } from 'jose'
import { createIssuers } from '../../../../functions/authorizer/issuers.ts'
import { verifyToken } from '../../../../functions/authorizer/token.ts'
import { createVerifiedTokens } from '../../../../functions/authorizer/verified-tokens.ts'
import { systemClock } from '../../../../functions/runtime/clock.ts'
import { issuerManifest } from '../../../../lib/compile/manifests.ts'
import type { Issuer } from '../../../../lib/index.ts'
import { silentTelemetry } from '../../silent-telemetry.ts'
import { createSigningKey } from '../authority.ts'

/** A JWT as a provider documents it; times are added. `undefined` leaves a member out. */
export interface Sample {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** Seconds from `iat` to `exp`: the provider's own default. */
  readonly lives: number
}

/** The same sample with other members. */
export const but = (
  sample: Sample,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Sample => ({
  ...sample,
  header: without({ ...sample.header, ...header }),
  claims: without({ ...sample.claims, ...claims }),
})

const without = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const key = await createSigningKey('signing-key', 'RS256')
const { kty, n, e } = key.publicJwk

/** Key sets as providers publish them: with `alg` or without, and with keys that are none of an API's business. */
export const keySets = {
  plain: [key.publicJwk],
  /** Microsoft's say nothing of algorithms, and carry certificates. */
  withoutAlgorithm: [{ kty, use: 'sig', kid: 'signing-key', x5t: 'signing-key', n, e, x5c: ['MIIC'] }],
  /** A realm of Keycloak also publishes what others encrypt with. */
  withEncryption: [
    { ...(await createSigningKey('encryption-key', 'RS256')).publicJwk, use: 'enc', alg: 'RSA-OAEP' },
    key.publicJwk,
  ],
} satisfies Record<string, readonly JWK[]>

export function sign({ header, claims, lives }: Sample): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const protectedHeader = { kid: 'signing-key', ...header } as unknown as { alg: string }
  const payload = without({ iat: now, exp: now + lives, ...claims })
  const symmetric = protectedHeader.alg.startsWith('HS')
  return new SignJWT(payload)
    .setProtectedHeader(protectedHeader)
    .sign(symmetric ? new TextEncoder().encode('s'.repeat(64)) : key.privateKey)
}

/**
 * The first door's verifier for one declared issuer, in a world that holds these documents and nothing else.
 *
 * @param late whether every value that may be known only at deploy is: it then comes from the environment
 */
export function verifierOf(issuer: Issuer, documents: Readonly<Record<string, unknown>>, late = false) {
  const asked: string[] = []
  const fetch = (async (uri: string) => {
    asked.push(uri)
    const found = documents[uri]
    return found ? Response.json(found) : new Response(null, { status: 404 })
  }) as typeof globalThis.fetch
  const environment: Record<string, string> = {}
  const manifest = issuerManifest(issuer, 0, (name, value) => {
    environment[name] = value
    return late ? { env: name } : value
  })
  const { telemetry } = silentTelemetry()
  const issuers = createIssuers([manifest], { environment, fetch, clock: systemClock, telemetry })
  const parts = { issuers, verified: createVerifiedTokens(300, systemClock), clock: systemClock }
  return { asked, verify: (token: string) => verifyToken(token, parts) }
}

/** What is read of a user pool. */
export const userPool = {
  userPoolProviderName: 'cognito-idp.us-west-2.amazonaws.com/us-west-2_example',
} as IUserPool

/** The discovery document of an issuer, with what is read of it. */
export const discovery = (issuer: string, jwksUri: string, keys: readonly JWK[] = keySets.plain) => ({
  [`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`]: { issuer, jwks_uri: jwksUri },
  [jwksUri]: { keys },
})
