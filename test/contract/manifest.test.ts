import { describe, expect, test } from 'vitest'
import { readAuthorizerManifest } from '../../contract/authorizer-manifest.ts'
import { ManifestError } from '../../contract/decode.ts'
import { resolveDeployed } from '../../contract/deployed.ts'
import { readGateManifest } from '../../contract/gate-manifest.ts'

const gate = () => ({
  format: 'sallyport/gate@1',
  api: 'Api',
  gate: 'Crm',
  upstream: {
    kind: 'http',
    url: 'https://crm.internal.example.com',
    timeoutMs: 3000,
    maxResponseBytes: 1000,
    connection: {
      timeoutMs: 3000,
      minVersion: 'TLSv1.3',
      authorities: ['-----BEGIN CERTIFICATE-----'],
      publicKeys: ['47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
      network: 'private',
      clientCertificate: { secret: { env: 'UPSTREAM_CERTIFICATE' }, ttlMs: 300_000 },
    },
    resilience: { retries: 1, breaker: { failures: 5, of: 10, openForMs: 10_000 }, maxConcurrent: 50 },
    principal: { kind: 'claims', headers: [{ header: 'x-tenant', claim: 'tenant' }] },
    credentials: { kind: 'sigV4', service: 'es', region: null },
  },
  state: { table: { env: 'STATE_TABLE' }, budgetMs: 150 },
  clientAddress: { from: ['203.0.113.0/24'], hops: 1 },
  clientCertificates: false,
  audit: false,
  speaksCel: true,
  cors: {
    origins: ['https://app.example.com'],
    credentials: true,
    maxAgeSeconds: 600,
    exposeHeaders: ['etag'],
    preflights: { '/deals/{dealId}': { GET: ['authorization'] } },
  },
  routes: {
    'GET /deals/{dealId}': {
      access: {
        kind: 'token',
        fingerprint: 'f',
        bind: [{ claim: 'sub', pathParameter: 'dealId' }],
        authentication: { acrValues: ['phr'], mfa: true, maxAgeSeconds: 300 },
        rule: "claims.plan == 'pro'",
      },
      input: {
        path: [{ name: 'dealId', wire: 'string', many: false, required: true, reserved: ['mine'] }],
        query: [],
        headers: [],
        cookies: [],
        body: {
          kind: 'json',
          types: ['application/json'],
          required: true,
          maxBytes: 10,
          projection: { members: { lines: { items: {} } }, others: {} },
        },
        undeclared: 'strip',
        logUndeclared: false,
        forwardAuthorization: false,
      },
      limits: {
        cost: 1,
        openWithoutStore: false,
        layers: [
          {
            layer: 'user',
            of: '',
            bounds: [{ counter: 'aBcDe', max: 10, windowMs: 60_000, leased: false, when: null }],
            tiers: {
              claim: 'plan',
              bounds: {
                pro: [{ counter: 'aBcDe', max: 60, windowMs: 60_000, leased: true, when: 'claims.a == 1' }],
              },
            },
          },
        ],
      },
      output: {
        kind: 'declared',
        accept: 'application/json',
        binary: [],
        statuses: {
          200: {
            kind: 'json',
            mediaType: 'application/json',
            projection: { members: { margin: {}, lines: { items: { members: { cost: {} } } } } },
            visibility: {
              members: { margin: { viewers: 0 }, lines: { items: { members: { cost: { viewers: 1 } } } } },
            },
            maxBytes: 1024,
            headers: ['location'],
            cookies: ['session'],
          },
          201: { kind: 'text', mediaType: 'text/plain', maxBytes: null, headers: [], cookies: [] },
          202: { kind: 'bytes', mediaTypes: ['application/pdf'], maxBytes: null, headers: [], cookies: [] },
          204: { kind: 'empty', headers: [], cookies: [] },
        },
      },
      stub: null,
    },
  },
})

const authorizer = () => ({
  format: 'sallyport/authorizer@1',
  api: 'Api',
  stage: 'live',
  issuers: [
    {
      issuer: { env: 'ISSUER_0' },
      keys: { kind: 'uri', uri: { env: 'ISSUER_0_JWKS_URI' } },
      audience: { claim: 'aud', values: ['https://api.example.com'] },
      algorithms: ['ES256'],
      tokenType: 'at+jwt',
      requiredClaims: ['client_id', 'jti'],
      fixedClaims: { token_use: 'access' },
      scopes: { claim: 'scope', form: 'text' },
      roles: ['realm_access', 'roles'],
      clientClaim: 'client_id',
      leewaySeconds: 0,
      maxLifetimeSeconds: 86_400,
      maxAgeSeconds: null,
    },
  ],
  verifiedTtlSeconds: 300,
  audit: false,
  clientAddress: null,
  sharedOrigins: [],
  routes: {
    'GET /deals': {
      issuers: [0],
      scopes: [],
      anyScope: [],
      roles: [],
      claims: [
        { kind: 'equals', claim: 'tenant', value: 'a' },
        { kind: 'oneOf', claim: 'region', values: ['eu'] },
        { kind: 'contains', claim: 'groups', value: 'beta' },
        { kind: 'present', claim: 'email' },
      ],
      carried: ['acr'],
      viewers: [{ scopes: ['costs:read'], anyScope: [], roles: ['manager'] }],
      fingerprint: 'f',
    },
  },
})

/** Every object of a JSON value with its place, root first. */
function* objectsIn(value: unknown, at = '$'): Generator<[at: string, object: Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [at, value as Record<string, unknown>]
  for (const [key, member] of Object.entries(value)) yield* objectsIn(member, `${at}.${key}`)
}

// Maps, whose keys are names of the app's own.
const isMap = (at: string) =>
  at === '$.routes' ||
  at.includes('.preflights') ||
  at.endsWith('.statuses') ||
  at.endsWith('.tiers.bounds') ||
  at.endsWith('.members') ||
  at.endsWith('.fixedClaims')
// Most of a projection says nothing, so each of its members may be left out.
const isPartial = (at: string) => at.includes('.projection') || at.includes('.visibility')

describe.each([
  ['the gate', gate, readGateManifest],
  ['the authorizer', authorizer, readAuthorizerManifest],
] as const)('a manifest of %s', (_, valid, read) => {
  const places = [...objectsIn(valid())].map(([at]) => at).filter(at => !isMap(at))
  const objectAt = (manifest: unknown, place: string) =>
    [...objectsIn(manifest)].find(([at]) => at === place)?.[1] ?? {}

  test('is read as it was written', () => {
    expect(read(valid())).toEqual(valid())
  })

  test.each(places)('is refused for an unknown key in %s', place => {
    const manifest = valid()
    objectAt(manifest, place).later = true
    expect(() => read(manifest)).toThrow(ManifestError)
  })

  test.each(
    places
      .filter(at => !isPartial(at))
      .flatMap(place => Object.keys(objectAt(valid(), place)).map(key => [place, key] as const)),
  )('is refused without %s.%s', (place, key) => {
    const manifest = valid()
    delete objectAt(manifest, place)[key]
    expect(() => read(manifest)).toThrow(ManifestError)
  })

  test.each([null, [], 'text', 1, {}])('is refused when it is %j', value => {
    expect(() => read(value)).toThrow(ManifestError)
  })

  test('is refused in a format of another time', () => {
    expect(() => read({ ...valid(), format: valid().format.replace('@1', '@2') })).toThrow(
      /format.*expected one of/,
    )
  })
})

describe('an unknown kind is refused, never skipped', () => {
  test.each(['grpc', '', undefined, null, '__proto__', 'constructor'])('of upstream: %s', kind => {
    expect(() => readGateManifest({ ...gate(), upstream: { kind } })).toThrow(
      /kind to be one of http, lambda, stub/,
    )
  })

  test.each(['scopesOnly', 'toString', 1])('of access: %s', kind => {
    const manifest = structuredClone(gate())
    Object.assign(manifest.routes['GET /deals/{dealId}'], { access: { kind } })
    expect(() => readGateManifest(manifest)).toThrow(/kind to be one of public, token/)
  })

  test.each(['matches', undefined])('of claim rule: %s', kind => {
    const manifest = authorizer()
    Object.assign(manifest.routes['GET /deals'], { claims: [{ kind, claim: 'tenant', value: 'a' }] })
    expect(() => readAuthorizerManifest(manifest)).toThrow(/kind to be one of equals, oneOf/)
  })

  test.each(['none', 'HS256', 'HS512', 'es256', 'RSA1_5'])('of algorithm: %s', algorithm => {
    const manifest = authorizer()
    Object.assign(manifest.issuers[0] as object, { algorithms: [algorithm] })
    expect(() => readAuthorizerManifest(manifest)).toThrow(/algorithms\[0\]: expected one of ES256/)
  })
})

describe('a value known at deploy time', () => {
  test('comes from the environment', () => {
    expect(resolveDeployed({ env: 'TABLE' }, { TABLE: 'counters' })).toBe('counters')
    expect(resolveDeployed('counters', {})).toBe('counters')
  })

  test.each([{}, { TABLE: '' }, { TABLE: undefined }])(
    'stops the function when the environment is %j',
    environment => {
      expect(() => resolveDeployed({ env: 'TABLE' }, environment)).toThrow(
        'environment variable TABLE is not set',
      )
    },
  )
})
