import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { IssuerManifest } from '../../../contract/authorizer-manifest.ts'

export const issuerName = 'https://login.example.com'
export const audience = 'https://api.example.com'

/** The issuer as a manifest declares it. */
export const declaredIssuer: IssuerManifest = {
  issuer: issuerName,
  keys: { kind: 'uri', uri: `${issuerName}/keys` },
  audience: { claim: 'aud', values: [audience] },
  algorithms: ['ES256'],
  tokenType: 'at+jwt',
  requiredClaims: ['client_id', 'jti'],
  fixedClaims: {},
  scopes: { claim: 'scope', form: 'text' },
  roles: ['roles'],
  clientClaim: 'client_id',
  leewaySeconds: 0,
  maxLifetimeSeconds: 86_400,
  maxAgeSeconds: null,
}

export interface SigningKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export async function createSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export interface TokenChanges {
  /** Replaces claims; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Replaces members of the protected header; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>
}

/** A token that is right in everything but the changes. */
export function signToken(
  key: SigningKey,
  { claims, header }: TokenChanges = {},
  nowMs = Date.now(),
): Promise<string> {
  const now = Math.floor(nowMs / 1000)
  const payload = without({
    iss: issuerName,
    aud: audience,
    sub: 'user-1',
    iat: now,
    exp: now + 300,
    client_id: 'test',
    jti: 'test-token',
    scope: 'deals:read',
    ...claims,
  }) as JWTPayload
  const { alg = 'ES256', kid } = key.publicJwk
  return new SignJWT(payload)
    .setProtectedHeader(without({ typ: 'at+jwt', kid, ...header, alg }) as { alg: string })
    .sign(key.privateKey)
}

const without = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** An issuer of our own: discovery and keys over HTTP, whose private keys the test holds. */
export async function startAuthority(...initial: SigningKey[]) {
  let keys: readonly SigningKey[] = initial
  let behave: ((response: ServerResponse) => void) | undefined
  const fetched: string[] = []
  const server = createServer((request, response) => {
    fetched.push(request.url ?? '')
    if (behave) return behave(response)
    const document = request.url?.startsWith('/.well-known/')
      ? { issuer: issuerName, jwks_uri: `${issuerName}/keys` }
      : { keys: keys.map(key => key.publicJwk) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    /** Paths in the order they were asked for. */
    fetched,
    publish: (...next: SigningKey[]) => {
      keys = next
    },
    /** What it does instead of answering; undefined: it answers again. */
    behave: (next: typeof behave) => {
      behave = next
    },
    /** The world's fetch, in which the issuer's name leads here. */
    fetch: ((uri: string, init: RequestInit) =>
      fetch(uri.replace(issuerName, origin), init)) as typeof globalThis.fetch,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export type Authority = Awaited<ReturnType<typeof startAuthority>>
