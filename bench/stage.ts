import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose'
import { startDynamoDb } from '../local/dynamodb/tables.ts'
import { functionEnvironment } from '../local/lambda/environment.ts'
import { createAuthority } from '../local/network/ca.ts'
import { startFront } from '../local/network/front.ts'
import { createReferenceFiller } from '../local/secrets/references.ts'
import { readAppSettings, synthesize } from '../local/synthesize.ts'
import { type LocalApp, type LocalFunction, readApp } from '../local/template/app.ts'

export const issuer = 'https://login.example.com'
export const upstreamOrigin = 'https://crm.internal.example.com'

/** As the example declares its answers. */
const deal = {
  id: '6d120b42-8a5e-4c1f-9d6b-0f6c1f3a7e21',
  title: 'Forty chairs',
  amount: 5200,
  currency: 'EUR',
  owner: 'user-1',
  status: 'open',
  margin: 0.2,
}

/** The example, synthesized, and what its functions call: an issuer's keys, a table and an upstream, over TLS. */
export interface Stage {
  readonly assembly: string
  readonly app: LocalApp
  readonly authorizer: LocalFunction
  readonly crm: LocalFunction
  readonly stubs: LocalFunction
  readonly jwks: JSONWebKeySet
  /** An access token of the example's issuer. */
  readonly token: (claims?: Record<string, unknown>) => Promise<string>
  /** Environment of a process that is to be this function on its own. */
  readonly environmentOf: (fn: LocalFunction) => Record<string, string>
  /** Where a plain HTTP request reaches the upstream. */
  readonly upstream: string
  readonly close: () => Promise<void>
}

export async function startStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const assembly = join(folder, 'cdk.out')
  // The bundles were built by `npm run bench`.
  const { build: _, ...settings } = readAppSettings(process.cwd())
  await synthesize(settings, { folder: process.cwd(), outdir: assembly })
  const app = createReferenceFiller({})(readApp(assembly))

  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' }] }
  const keys = await serve(path =>
    path === '/.well-known/openid-configuration' ? { issuer, jwks_uri: `${issuer}/jwks` } : jwks,
  )
  const upstream = await serve(() => [deal])
  const dynamodb = await startDynamoDb({ tables: app.tables })
  const ca = await createAuthority({ directory: folder })
  const region = app.functions[0]?.arn.split(':')[3] ?? ''
  const names = {
    [new URL(issuer).hostname]: keys.origin,
    [new URL(upstreamOrigin).hostname]: upstream.origin,
    [`dynamodb.${region}.amazonaws.com`]: dynamodb.origin,
  }
  const front = await startFront({ ca, names })
  const ports = Object.fromEntries(Object.keys(names).map(host => [`${host}:443`, front.port]))

  const functionNamed = (part: string) => {
    const found = app.functions.find(({ name }) => name.includes(part))
    if (!found) throw new Error(`the example has no function whose name has "${part}" in it`)
    return found
  }
  return {
    assembly,
    app,
    authorizer: functionNamed('FirstDoor'),
    crm: functionNamed('Crm'),
    stubs: functionNamed('Stubs'),
    jwks,
    token: (claims = {}) =>
      new SignJWT({ scope: 'deals:read', client_id: 'bench', jti: 'bench', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'bench', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience('https://api.example.com')
        .setSubject('user-1')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    environmentOf: ({ environment, folder: codeDirectory, ...fn }) =>
      functionEnvironment({
        ...fn,
        codeDirectory,
        declared: environment,
        caFile: ca.certificateFile,
        names: ports,
      }),
    upstream: upstream.origin,
    close: async () => {
      await front.close()
      await Promise.all([keys.close(), upstream.close(), dynamodb.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A server of JSON documents on a free port of loopback. */
async function serve(answer: (path: string) => unknown) {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer(request.url ?? '/')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
