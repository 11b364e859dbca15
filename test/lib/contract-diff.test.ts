import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Duration, Fn, Size } from 'aws-cdk-lib'
import {
  Access,
  Issuer,
  Limit,
  optional,
  Upstream,
  type ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { anyOutput, login, synthesized } from './support.ts'

const run = promisify(execFile)

/** The contract that stands in an API's template. */
const contractOf = (declare: (api: ZeroTrustApi) => unknown, props?: ZeroTrustApiProps) =>
  synthesized(declare, props).template.toJSON().Metadata as Record<string, string>

/** What the real `cdk diff` prints of two versions of an API, by their templates alone. */
async function diff(before: (api: ZeroTrustApi) => unknown, after: (api: ZeroTrustApi) => unknown) {
  const old = synthesized(before).outdir
  const { outdir } = synthesized(after)
  const home = mkdtempSync(join(tmpdir(), 'sallyport-home-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const args = [
    'diff',
    '--no-change-set',
    '--no-color',
    '--template',
    join(old, 'S.template.json'),
    '--app',
    outdir,
    'S',
  ]
  const { stdout, stderr } = await run('node_modules/.bin/cdk', args, {
    env: { ...process.env, HOME: home, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' },
  })
  return `${stdout}${stderr}`
}

const crm = (url = 'https://crm.example.com') => Upstream.http(url)

describe('the contract in the template', () => {
  it('says of every route who may use it, how often, what it accepts, and what answers', () => {
    const contract = contractOf(
      api => {
        const gate = api.addUpstream('Crm', crm())
        api.addRoute('POST /users/{userId}/deals', {
          upstream: gate,
          output: anyOutput,
          access: Access.token({
            scopes: ['deals:write'],
            roles: ['sales'],
            claims: { sub: { equalsPath: 'userId' } },
          }),
          input: {
            path: { userId: { type: 'string', maxLength: 64 } },
            query: { dry: optional({ type: 'boolean' }), page: { type: 'integer', minimum: 1 } },
            body: z.object({ title: z.string().max(9) }),
          },
          limits: { user: Limit.perMinute(5) },
          maxBody: Size.kibibytes(1),
        })
        api.addRoute('GET /deals', { upstream: gate, output: anyOutput, access: Access.token() })
        api.addRoute('GET /health', { upstream: Upstream.stub(200, { b: 1, a: 2 }), access: Access.public() })
      },
      { issuers: [login], limits: { user: Limit.perHour(9) } },
    )
    expect(Object.entries(contract)).toEqual([
      ['Api issuer https://login.example.com algorithms', '["ES256"]'],
      [
        'Api issuer https://login.example.com audience',
        '{"claim":"aud","values":["https://api.example.com"]}',
      ],
      ['Api issuer https://login.example.com clientClaim', '"client_id"'],
      ['Api issuer https://login.example.com fixedClaims', '{}'],
      ['Api issuer https://login.example.com keys', '{"kind":"discovery"}'],
      ['Api issuer https://login.example.com leewaySeconds', '0'],
      ['Api issuer https://login.example.com maxAgeSeconds', 'null'],
      ['Api issuer https://login.example.com maxLifetimeSeconds', '86400'],
      ['Api issuer https://login.example.com requiredClaims', '["client_id","jti"]'],
      ['Api issuer https://login.example.com roles', '["roles"]'],
      ['Api issuer https://login.example.com scopes', '{"claim":"scope","form":"text"}'],
      ['Api issuer https://login.example.com tokenType', '"at+jwt"'],
      ['Api first door authorizerCacheTtl', '60 s'],
      ['Api first door verifiedTokenTtl', '300 s'],
      ['Api upstream Crm', 'https://crm.example.com within 10000 ms, up to 5242880 bytes'],
      ['Api upstream Crm resilience', 'retries 1; breaker 5 failures of 10, then alone for 10 s; 50 at once'],
      ['Api GET /deals access', 'any valid token'],
      ['Api GET /deals upstream', 'Crm'],
      ['Api GET /deals limit', '9 per hour per user'],
      ['Api GET /deals output', 'unsafe, anything: a test of something else'],
      ['Api GET /health access', 'public'],
      ['Api GET /health upstream', 'stub 200 {"a":2,"b":1}'],
      ['Api POST /users/{userId}/deals access', 'scope deals:write, role sales, sub = {userId}'],
      ['Api POST /users/{userId}/deals upstream', 'Crm'],
      ['Api POST /users/{userId}/deals limit', '5 per minute per user, for this route alone'],
      ['Api POST /users/{userId}/deals path', '{userId: string maxLength 64}'],
      ['Api POST /users/{userId}/deals query', '{dry?: boolean, page: integer minimum 1}'],
      ['Api POST /users/{userId}/deals body', 'up to 1024 bytes: {title: string maxLength 9}'],
      ['Api POST /users/{userId}/deals output', 'unsafe, anything: a test of something else'],
    ])
  })

  it('says of limits whom they are for, what replaces or drops them and why, and what is counted for all', () => {
    const contract = contractOf(
      api => {
        const gate = api.addUpstream(
          'Crm',
          Upstream.http('https://crm.example.com', { limit: Limit.perSecond(5) }),
        )
        const guarded = { upstream: gate, output: anyOutput, access: Access.token() }
        api.addRoute('GET /a', { ...guarded, cost: 3 })
        api.addRoute('GET /b', {
          ...guarded,
          limits: {
            ip: Limit.unsafeNone('one office'),
            user: Limit.tiers('plan', { free: Limit.perMinute(5), pro: Limit.perMinute(50) }),
            unsafeOpenWithoutStore: 'cheap',
          },
        })
        api.addRoute('GET /c', { ...guarded, access: Access.public(), upstream: crm() })
      },
      {
        issuers: [login],
        limits: {
          service: { reads: Limit.perSecond(100), writes: Limit.perSecond(10) },
          upstream: Limit.perSecond(50),
          route: Limit.perSecond(20),
          user: [Limit.perSecond(10), Limit.perHour(1000)],
          ip: Limit.perMinute(60, { burst: 10, when: "!source.ip.inRange('10.0.0.0/8')" }),
        },
      },
    )
    const limits = Object.entries(contract).filter(([about]) => /limit|cost/.test(about))
    const ip = "60 per minute (10 at once) when !source.ip.inRange('10.0.0.0/8') per address"
    expect(limits).toEqual([
      ['Api limit', 'reads 100 per second, writes 10 per second for the API'],
      ['Api upstream Crm limit', '5 per second'],
      ['Api upstream Gate GET --c limit', '50 per second'],
      ['Api GET /a limit', `${ip}; 10 per second and 1000 per hour per user; 20 per second for the route`],
      ['Api GET /a cost', 'counts as 3'],
      [
        'Api GET /b limit',
        'per user by plan: free 5 per minute, pro 50 per minute, others as free, for this route alone; ' +
          '20 per second for the route; unsafe, none by ip: one office',
      ],
      ['Api GET /b limit without store', 'unsafe, passes uncounted: cheap'],
      ['Api GET /c limit', `${ip}; 20 per second for the route`],
    ])
  })

  it('says how long answers are reused and tokens remembered, and where names of callers’ own are logged', () => {
    const contract = contractOf(
      api => {
        api.addRoute('GET /a', { upstream: Upstream.stub(200, null), access: Access.token() })
        api.addRoute('GET /b', {
          upstream: Upstream.stub(200, null),
          access: Access.token(),
          logUndeclared: false,
        })
      },
      {
        issuers: [login],
        authorizerCacheTtl: Duration.hours(1),
        verifiedTokenTtl: Duration.seconds(0),
        logUndeclared: true,
      },
    )
    expect(contract).toMatchObject({
      'Api first door authorizerCacheTtl': '3600 s',
      'Api first door verifiedTokenTtl': '0 s',
      'Api GET /a log': 'names of what is undeclared',
    })
    expect(contract).not.toHaveProperty(['Api GET /b log'])
  })

  it('stays small: a long schema is told by names and a digest of all it says', () => {
    const body = (extra: number) =>
      z.object(
        Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`member${i}`, z.string().max(i + extra)])),
      )
    const line = (extra: number) =>
      contractOf(api =>
        api.addRoute('POST /a', {
          upstream: Upstream.stub(200, null),
          access: Access.token(),
          input: { body: body(extra) },
        }),
      )['Api POST /a body']
    expect(line(1)).toMatch(/^up to 262144 bytes: member0, member1, .*, … #[0-9a-f]{12}$/)
    expect(line(1)).toBe(line(1))
    expect(line(1)).not.toBe(line(2))
  })

  it('names what is known only at deploy without CDK’s placeholders', () => {
    const issuer = Issuer.oidc(Fn.importValue('Issuer'), { audience: 'a', algorithms: ['ES256'] })
    const contract = contractOf(
      api => {
        api.addRoute('GET /a', {
          upstream: crm(Fn.importValue('Crm')),
          output: anyOutput,
          access: Access.token(),
        })
      },
      { issuers: [issuer] },
    )
    expect(contract['Api upstream Gate GET --a']).toMatch(/^a deploy-time URL within/)
    expect(Object.keys(contract)[0]).toBe('Api issuer ISSUER_0 algorithms')
    expect(JSON.stringify(contract)).not.toMatch(/Token\[|Fn::/)
  })

  it('does not depend on the order of declarations', () => {
    const [a, b] = ['GET /a', 'GET /b'] as const
    const add = (template: typeof a | typeof b) => (api: ZeroTrustApi) =>
      api.addRoute(template, { upstream: Upstream.stub(200, null), access: Access.public() })
    const both = (...declare: ((api: ZeroTrustApi) => unknown)[]) =>
      JSON.stringify(
        contractOf(api =>
          declare.forEach(one => {
            one(api)
          }),
        ),
      )
    expect(both(add(a), add(b))).toBe(both(add(b), add(a)))
  })
})

describe('cdk diff', () => {
  const declared =
    (scope: string, limit: number, maxLength: number, path: 'GET /deals' | 'GET /offers' = 'GET /deals') =>
    (api: ZeroTrustApi) =>
      api.addRoute(path, {
        upstream: Upstream.stub(200, null),
        access: Access.token({ scopes: [scope] }),
        limits: { user: Limit.perMinute(limit) },
        input: { query: { q: { type: 'string', maxLength } } },
      })

  it('shows a changed scope, limit and schema, each in a line of its own, and nothing that stayed', async () => {
    const said = await diff(declared('deals:read', 60, 10), declared('deals:admin', 600, 10))
    expect(said).toContain('Api GET /deals access: scope deals:read to scope deals:admin')
    expect(said).toContain('Api GET /deals limit: 60 per minute per user')
    expect(said).not.toContain('Api GET /deals query')
    const schema = await diff(declared('deals:read', 60, 10), declared('deals:read', 60, 1000))
    expect(schema).toContain('Api GET /deals query: {q: string maxLength 10} to {q: string maxLength 1000}')
  })

  it('shows a route that came and one that went', async () => {
    const said = await diff(declared('a', 1, 1), declared('a', 1, 1, 'GET /offers'))
    expect(said).toMatch(/\[-\] Metadata Api GET \/deals access: scope a/)
    expect(said).toMatch(/\[\+\] Metadata Api GET \/offers access: scope a/)
  })
})
