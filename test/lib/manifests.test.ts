import { CfnParameter, Duration, Fn, Size } from 'aws-cdk-lib'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Access, Issuer, Upstream } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyOutput, login, newStack, ok, synthesized } from './support.ts'

const guarded = { upstream: ok, access: Access.token() }
const partner = Issuer.oidc('https://partner.example.com', { audience: 'deals', algorithms: ['EdDSA'] })

describe('the first door’s manifest', () => {
  it('names the issuers with everything that may be believed from them', () => {
    const { authorizer } = synthesized(api => api.addRoute('GET /a', guarded), {
      issuers: [
        Issuer.oidc('https://a.example.com', {
          audience: ['one', 'two'],
          algorithms: ['ES256', 'EdDSA'],
          jwksUri: 'https://keys.example.com/jwks',
          tokenType: 'JWT',
          requiredClaims: ['azp'],
          leeway: Duration.seconds(60),
          maxLifetime: Duration.hours(1),
          maxAge: Duration.minutes(10),
          scopesClaim: 'scp',
          rolesClaim: ['realm_access', 'roles'],
          clientClaim: 'azp',
        }),
        login,
      ],
    })
    expect(authorizer?.manifest.issuers).toEqual([
      {
        issuer: 'https://a.example.com',
        keys: { kind: 'uri', uri: 'https://keys.example.com/jwks' },
        audience: { claim: 'aud', values: ['one', 'two'] },
        algorithms: ['ES256', 'EdDSA'],
        tokenType: 'JWT',
        requiredClaims: ['azp'],
        fixedClaims: {},
        scopes: { claim: 'scp', form: 'text' },
        roles: ['realm_access', 'roles'],
        clientClaim: 'azp',
        leewaySeconds: 60,
        maxLifetimeSeconds: 3600,
        maxAgeSeconds: 600,
      },
      {
        issuer: 'https://login.example.com',
        keys: { kind: 'discovery' },
        audience: { claim: 'aud', values: ['https://api.example.com'] },
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
      },
    ])
  })

  it('has a rule for every route with Access.token, and none for a public one', () => {
    const { authorizer } = synthesized(api => {
      api.addRoute('GET /open', { upstream: ok, access: Access.public() })
      api.addRoute('GET /users/{userId}', {
        upstream: ok,
        access: Access.token({
          scopes: ['a:read', 'b:read'],
          roles: ['sales', 'finance'],
          claims: {
            tenant: { equals: 't1' },
            tier: { oneOf: ['gold', 'silver'] },
            features: { contains: 'beta' },
            email_verified: { equals: true },
            level: { equals: 3 },
            dept: { present: true },
            sub: { equalsPath: 'userId' },
          },
        }),
        input: { path: { userId: z.string() } },
      })
    })
    expect(authorizer?.manifest.routes).toEqual({
      'GET /users/{userId}': {
        issuers: [0],
        scopes: ['a:read', 'b:read'],
        anyScope: [],
        roles: ['sales', 'finance'],
        claims: [
          { kind: 'equals', claim: 'tenant', value: 't1' },
          { kind: 'oneOf', claim: 'tier', values: ['gold', 'silver'] },
          { kind: 'contains', claim: 'features', value: 'beta' },
          { kind: 'equals', claim: 'email_verified', value: true },
          { kind: 'equals', claim: 'level', value: 3 },
          { kind: 'present', claim: 'dept' },
        ],
        carried: ['sub'],
        viewers: [],
        fingerprint: expect.stringMatching(/^[\w-]{22}$/),
      },
    })
  })

  it('asks for one of several scopes where that is declared', () => {
    const { authorizer } = synthesized(api =>
      api.addRoute('GET /a', {
        upstream: ok,
        access: Access.token({ scopes: { anyOf: ['a:read', 'a:all'] } }),
      }),
    )
    expect(authorizer?.manifest.routes['GET /a']).toMatchObject({ scopes: [], anyScope: ['a:read', 'a:all'] })
  })

  it('names the issuers a route accepts by their places, and all of them where it names none', () => {
    const { authorizer } = synthesized(
      api => {
        api.addRoute('GET /a', { upstream: ok, access: Access.token({ issuers: [partner] }) })
        api.addRoute('GET /b', guarded)
      },
      { issuers: [login, partner] },
    )
    expect(authorizer?.manifest.routes['GET /a']?.issuers).toEqual([1])
    expect(authorizer?.manifest.routes['GET /b']?.issuers).toEqual([0, 1])
  })
})

describe('a route’s fingerprint', () => {
  const of = (access: Access<never>, issuers: readonly Issuer[] = [login]) => {
    const { authorizer, gate } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access }), {
      issuers,
    })
    const first = authorizer?.manifest.routes['GET /a']?.fingerprint
    const second = gate('Stubs').manifest.routes['GET /a']?.access
    expect(second).toMatchObject({ kind: 'token', fingerprint: first })
    return first
  }
  const loginWith = (more: object) =>
    Issuer.oidc('https://login.example.com', {
      audience: 'https://api.example.com',
      algorithms: ['ES256'],
      ...more,
    })

  it('is the same in both doors, and another as soon as anything that decides is another', () => {
    const accesses = [
      {},
      { scopes: ['a'] },
      { scopes: { anyOf: ['a'] } },
      { roles: ['a'] },
      { claims: { a: { equals: 'a' } } },
      { claims: { a: { equals: true } } },
      { claims: { a: { equals: 'true' } } },
      { claims: { a: { oneOf: ['a'] } } },
      { claims: { a: { contains: 'a' } } },
      { claims: { a: { present: true } } },
      { rule: 'claims.a == "a"' },
      { acr: ['a'] },
      { mfa: true },
      { maxAuthenticationAge: Duration.minutes(5) },
      { maxAuthenticationAge: Duration.minutes(6) },
    ] as const
    const issuers = [
      loginWith({ audience: 'other' }),
      loginWith({ algorithms: ['ES384'] }),
      loginWith({ tokenType: 'JWT' }),
      loginWith({ requiredClaims: ['jti'] }),
      loginWith({ scopesClaim: 'scp' }),
      loginWith({ rolesClaim: 'groups' }),
      loginWith({ clientClaim: 'azp' }),
      loginWith({ leeway: Duration.seconds(1) }),
      loginWith({ jwksUri: 'https://login.example.com/keys' }),
    ]
    const all = [
      ...accesses.map(options => of(Access.token(options))),
      ...issuers.map(issuer => of(Access.token(), [issuer])),
      of(Access.token(), [login, partner]),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(of(Access.token({ scopes: ['a'] }))).toBe(all[1])
  })

  it('is the same whatever issuers there are that the route does not accept', () => {
    const alone = of(Access.token({ issuers: [login] }))
    expect(of(Access.token({ issuers: [login] }), [partner, login])).toBe(alone)
  })
})

describe('a gate’s manifest', () => {
  it('holds the routes of this gate, and no others', () => {
    const { gate } = synthesized(api => {
      const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com/base'))
      api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.token() })
      api.addRoute('POST /a', { upstream: crm, output: anyOutput, access: Access.token() })
      api.addRoute('GET /b', guarded)
    })
    expect(Object.keys(gate('Crm').manifest.routes)).toEqual(['GET /a', 'POST /a'])
    expect(Object.keys(gate('Stubs').manifest.routes)).toEqual(['GET /b'])
    expect(gate('Crm').manifest).toMatchObject({
      api: 'Api',
      upstream: {
        kind: 'http',
        url: 'https://crm.example.com/base',
        timeoutMs: 10_000,
        maxResponseBytes: 5 * 1024 ** 2,
        resilience: { retries: 1, breaker: { failures: 5, of: 10, openForMs: 10_000 }, maxConcurrent: 50 },
      },
    })
  })

  it('names what is declared of a request, and how much of a body is read', () => {
    const { gate } = synthesized(api =>
      api.addRoute('POST /deals/{dealId}', {
        ...guarded,
        maxBody: Size.kibibytes(8),
        input: {
          path: { dealId: z.uuid() },
          query: { tag: z.array(z.string()).optional() },
          headers: { 'X-Tenant': z.string() },
          cookies: { theme: z.string() },
          body: z.object({ a: z.object({ b: z.string() }) }).optional(),
        },
      }),
    )
    expect(gate('Stubs').manifest.routes['POST /deals/{dealId}']?.input).toEqual({
      path: [{ name: 'dealId', wire: 'string', many: false, required: true, reserved: [] }],
      query: [{ name: 'tag', wire: 'string', many: true, required: false }],
      headers: [{ name: 'x-tenant', wire: 'string', many: false, required: true }],
      cookies: [{ name: 'theme', wire: 'string', many: false, required: true }],
      body: {
        kind: 'json',
        types: ['application/json'],
        required: false,
        maxBytes: 8192,
        projection: { members: { a: { members: { b: {} } } } },
      },
      undeclared: 'strip',
      logUndeclared: false,
      forwardAuthorization: false,
    })
  })

  it('reads no more than 256 KiB of a body unless more is declared', () => {
    const { gate } = synthesized(api =>
      api.addRoute('POST /a', { ...guarded, input: { body: z.object({ a: z.string() }) } }),
    )
    expect(gate('Stubs').manifest.routes['POST /a']?.input.body?.maxBytes).toBe(262_144)
  })

  it('binds claims to path parameters', () => {
    const { gate } = synthesized(api =>
      api.addRoute('GET /users/{userId}', {
        upstream: ok,
        access: Access.token({ claims: { sub: { equalsPath: 'userId' } } }),
        input: { path: { userId: z.string() } },
      }),
    )
    expect(gate('Stubs').manifest.routes['GET /users/{userId}']?.access).toMatchObject({
      kind: 'token',
      bind: [{ claim: 'sub', pathParameter: 'userId' }],
    })
  })
})

describe('a value that is known only at deploy', () => {
  const deployTime = () => {
    const stack = newStack()
    const parameter = (id: string) => new CfnParameter(stack, id).valueAsString
    const issuers = [
      login,
      Issuer.oidc(parameter('IssuerUrl'), {
        audience: ['fixed', parameter('Audience')],
        algorithms: ['ES256'],
        jwksUri: Fn.importValue('JwksUri'),
      }),
    ]
    const url = Fn.importValue('CrmUrl')
    return synthesized(
      api => {
        api.addRoute('GET /a', { upstream: Upstream.http(url), output: anyOutput, access: Access.token() })
        const fn = LambdaFunction.fromFunctionArn(api, 'Fn', Fn.importValue('FnArn'))
        api.addRoute('GET /b', { upstream: Upstream.lambda(fn), output: anyOutput, access: Access.token() })
      },
      { issuers },
      stack,
    )
  }

  it('of an issuer travels as an environment variable that the manifest refers to', () => {
    const { authorizer } = deployTime()
    expect(authorizer?.manifest.issuers[1]).toMatchObject({
      issuer: { env: 'ISSUER_1' },
      audience: { claim: 'aud', values: ['fixed', { env: 'ISSUER_1_AUDIENCE_1' }] },
      keys: { kind: 'uri', uri: { env: 'ISSUER_1_JWKS_URI' } },
    })
    expect(authorizer?.resource.Properties.Environment.Variables).toMatchObject({
      ISSUER_1: { Ref: 'IssuerUrl' },
      ISSUER_1_AUDIENCE_1: { Ref: 'Audience' },
      ISSUER_1_JWKS_URI: { 'Fn::ImportValue': 'JwksUri' },
    })
  })

  it('of an upstream travels the same way', () => {
    const { gate } = deployTime()
    expect(gate('Gate GET --a').manifest.upstream).toMatchObject({ url: { env: 'UPSTREAM_URL' } })
    expect(gate('Gate GET --a').resource.Properties.Environment.Variables).toEqual({
      UPSTREAM_URL: { 'Fn::ImportValue': 'CrmUrl' },
    })
    expect(gate('Gate GET --b').manifest.upstream).toMatchObject({
      functionArn: { env: 'UPSTREAM_FUNCTION' },
    })
    expect(gate('Gate GET --b').resource.Properties.Environment.Variables).toEqual({
      UPSTREAM_FUNCTION: { 'Fn::ImportValue': 'FnArn' },
    })
  })

  it('never stands in a manifest as CDK’s placeholder', () => {
    const { functions } = deployTime()
    expect(JSON.stringify(functions.map(fn => fn.manifest))).not.toMatch(/Token\[|\$\{/)
  })
})

describe('gates', () => {
  it('are one per upstream, however many routes use it', () => {
    const { gates } = synthesized(api => {
      const crm = Upstream.http('https://crm.example.com')
      api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.token() })
      api.addRoute('GET /b', { upstream: crm, output: anyOutput, access: Access.token() })
    })
    expect(gates.map(({ manifest }) => Object.keys(manifest.routes))).toEqual([['GET /a', 'GET /b']])
  })

  it('are the same for an upstream used through its gate and as it is', () => {
    const { gates } = synthesized(api => {
      const crm = Upstream.http('https://crm.example.com')
      api.addRoute('GET /a', {
        upstream: api.addUpstream('Crm', crm),
        output: anyOutput,
        access: Access.token(),
      })
      api.addRoute('GET /b', { upstream: crm, output: anyOutput, access: Access.token() })
    })
    expect(gates.map(({ manifest }) => manifest.gate)).toEqual(['Crm'])
  })

  it('are two for two upstreams, be their URLs the same', () => {
    const { gates } = synthesized(api => {
      api.addRoute('GET /a', {
        upstream: Upstream.http('https://crm.example.com'),
        output: anyOutput,
        access: Access.token(),
      })
      api.addRoute('GET /b', {
        upstream: Upstream.http('https://crm.example.com'),
        output: anyOutput,
        access: Access.token(),
      })
    })
    expect(gates).toHaveLength(2)
  })

  it('are shared by stubs, each with its own answer, before or after one that was added by name', () => {
    const { gate, gates } = synthesized(api => {
      api.addRoute('GET /a', { upstream: Upstream.stub(200, { a: 1 }), access: Access.public() })
      const closed = api.addUpstream('Closed', Upstream.stub(410, 'gone'))
      api.addRoute('GET /b', { upstream: closed, access: Access.public() })
      api.addRoute('GET /c', { upstream: Upstream.stub(404, null), access: Access.public() })
    })
    expect(gates.map(({ manifest }) => manifest.gate).sort()).toEqual(['Closed', 'Stubs'])
    const { routes } = gate('Stubs').manifest
    expect(Object.entries(routes).map(([key, { stub }]) => [key, stub])).toEqual([
      ['GET /a', { status: 200, body: { a: 1 } }],
      ['GET /c', { status: 404, body: null }],
    ])
    expect(gate('Closed').manifest.routes['GET /b']?.stub).toEqual({ status: 410, body: 'gone' })
  })
})
