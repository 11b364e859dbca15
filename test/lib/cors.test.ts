import { Duration, Lazy } from 'aws-cdk-lib'
import fc from 'fast-check'
import { Access, type CorsOptions, Limit, optional, Upstream, type ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyOutput, anyToken, complaintOf, login, newApi, ok, synthesized } from './support.ts'

const app = 'https://app.example.com'
const withCors = (cors: CorsOptions) => newApi({ issuers: [login], cors })
const declared = (declare: (api: ZeroTrustApi) => unknown, cors: CorsOptions) =>
  synthesized(declare, { issuers: [login], cors })
const oneRoute = (api: ZeroTrustApi) => api.addRoute('GET /a', { upstream: ok, access: anyToken })

describe('an origin', () => {
  it.each([
    app,
    'https://app.example.com:8443',
    'https://xn--bcher-kva.example',
    'https://192.0.2.1',
    'https://[2001:db8::1]:8443',
    'http://localhost:5173',
    'http://localhost',
  ])('is accepted as browsers write it: %s', origin => {
    expect(() => withCors({ origins: [origin] })).not.toThrow()
  })

  const exact = 'an exact https origin, or http://localhost:<port>'
  it.each([
    ['*', 'name each origin: a pattern lets in whoever can register a name that fits'],
    ['https://*.example.com', 'name each origin: a pattern lets in whoever can register a name that fits'],
    ['null', 'give the page an origin: every sandboxed frame and local file has this one'],
    ['app.example.com', 'write for example https://app.example.com'],
    ['localhost:5173', 'serve the page over https: anyone on the network can change one that is not'],
    ['http://app.example.com', 'serve the page over https: anyone on the network can change one that is not'],
    [
      'http://localhost.evil.com',
      'serve the page over https: anyone on the network can change one that is not',
    ],
    ['http://127.0.0.1:3000', 'serve the page over https: anyone on the network can change one that is not'],
    ['file:///index.html', 'serve the page over https: anyone on the network can change one that is not'],
    ['https://app.example.com.', 'write the host as browsers do: without a final dot'],
    ['https://app.example.com/', 'write https://app.example.com, as browsers do'],
    ['https://app.example.com/a', 'write https://app.example.com, as browsers do'],
    ['https://app.example.com?a', 'write https://app.example.com, as browsers do'],
    ['https://app.example.com:443', 'write https://app.example.com, as browsers do'],
    ['https://APP.example.com', 'write https://app.example.com, as browsers do'],
    ['HTTPS://app.example.com', 'write https://app.example.com, as browsers do'],
    ['https://user@app.example.com', 'write https://app.example.com, as browsers do'],
    ['https://bücher.example', 'write https://xn--bcher-kva.example, as browsers do'],
    [' https://app.example.com', 'write https://app.example.com, as browsers do'],
    ['https://0x7f.1', 'write https://127.0.0.1, as browsers do'],
  ])('is refused in any other form: %s', (origin, fix) => {
    expect(complaintOf(() => withCors({ origins: [app, origin] }))).toEqual({
      at: 'S/Api cors origins[1]',
      given: JSON.stringify(origin),
      allowed: exact,
      fix,
    })
  })

  it('is accepted only as what a browser makes of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withFragments: true }), fc.string()), text => {
        try {
          withCors({ origins: [text] })
        } catch {
          return
        }
        expect(new URL(text).origin).toBe(text)
      }),
    )
  })

  it('must be known at synth', () => {
    const late = Lazy.string({ produce: () => app })
    expect(complaintOf(() => withCors({ origins: [late] })).given).toBe('a deploy-time value')
  })
})

describe('what an API says of its pages', () => {
  it.each<[string, object | null, object]>([
    ['nothing in its place', null, { at: 'S/Api cors', given: 'null' }],
    ['no origins', {}, { at: 'S/Api cors origins', given: 'nothing' }],
    ['an empty list', { origins: [] }, { at: 'S/Api cors origins', given: 'an empty list' }],
    ['a lone origin', { origins: app }, { at: 'S/Api cors origins', given: `"${app}"` }],
    ['one twice', { origins: [app, app] }, { at: 'S/Api cors origins', given: `"${app}" twice` }],
    [
      'an unknown option',
      { origins: [app], methods: ['GET'] },
      { at: 'S/Api cors', given: 'unknown option "methods"' },
    ],
    [
      'credentials in words',
      { origins: [app], credentials: 'yes' },
      { at: 'S/Api cors credentials', given: '"yes"' },
    ],
    ['a bare number', { origins: [app], maxAge: 600 }, { at: 'S/Api cors maxAge', given: '600' }],
    ['more than a day', { origins: [app], maxAge: Duration.seconds(86_401) }, { at: 'S/Api cors maxAge' }],
    [
      'every header',
      { origins: [app], exposeHeaders: ['*'] },
      { at: 'S/Api cors exposeHeaders[0]', given: '"*"' },
    ],
    [
      'a name that would end the quotes of a static header',
      { origins: [app], exposeHeaders: ["a'b"] },
      { at: 'S/Api cors exposeHeaders[0]' },
    ],
    ['cookies', { origins: [app], exposeHeaders: ['Set-Cookie'] }, { at: 'S/Api cors exposeHeaders[0]' }],
    [
      'a header twice',
      { origins: [app], exposeHeaders: ['ETag', 'etag'] },
      { at: 'S/Api cors exposeHeaders[1]' },
    ],
  ])('is refused with %s', (_, cors, complaint) => {
    expect(complaintOf(() => withCors(cors as CorsOptions))).toMatchObject(complaint)
  })

  it('is accepted with exactly a day, and with none', () => {
    expect(() => withCors({ origins: [app], maxAge: Duration.days(1) })).not.toThrow()
    expect(() => withCors({ origins: [app], maxAge: Duration.seconds(0) })).not.toThrow()
  })

  it('reaches every gate, with the defaults written out', () => {
    const { gates } = declared(
      api => {
        api.addRoute('GET /a', {
          upstream: api.addUpstream('A', Upstream.http('https://a.example.com')),
          output: anyOutput,
          access: anyToken,
        })
        api.addRoute('GET /b', {
          upstream: api.addUpstream('B', Upstream.http('https://b.example.com')),
          output: anyOutput,
          access: anyToken,
        })
      },
      { origins: [app], exposeHeaders: ['ETag'] },
    )
    expect(gates.map(({ manifest }) => manifest.cors)).toEqual(
      ['/a', '/b'].map(path => ({
        origins: [app],
        credentials: false,
        maxAgeSeconds: 600,
        exposeHeaders: ['etag'],
        preflights: { [path]: { GET: ['authorization'] } },
      })),
    )
  })

  it('is nothing in an API that says nothing', () => {
    const { gates, body } = synthesized(oneRoute)
    expect(gates.map(({ manifest }) => manifest.cors)).toEqual([null])
    expect(body.paths['/a']).not.toHaveProperty('options')
  })

  it('is a line of what cdk diff shows', () => {
    const line = (cors: CorsOptions) => declared(oneRoute, cors).template.toJSON().Metadata['Api cors']
    expect(line({ origins: [app] })).toBe(`pages of ${app}, asking anew after 600 s`)
    expect(
      line({
        origins: ['http://localhost:5173', app].reverse(),
        credentials: true,
        maxAge: Duration.hours(1),
        exposeHeaders: ['etag'],
      }),
    ).toBe(
      `pages of http://localhost:5173 and ${app}, with credentials, reading etag, asking anew after 3600 s`,
    )
  })
})

describe('where there are limits', () => {
  const pages = 'https://pages.example.com'
  const exposed = (exposeHeaders?: readonly string[]) => {
    const { gates, body } = synthesized(oneRoute, {
      issuers: [login],
      limits: { user: Limit.perMinute(1) },
      cors: { origins: [pages], ...(exposeHeaders && { exposeHeaders }) },
    })
    const { THROTTLED } = body['x-amazon-apigateway-gateway-responses']
    const header = 'gatewayresponse.header.access-control-expose-headers'
    return [gates[0]?.manifest.cors?.exposeHeaders, THROTTLED.responseParameters[header]]
  }

  it('pages can read how near they are to one, and when to come back', () => {
    const names = ['ratelimit', 'ratelimit-policy', 'retry-after']
    expect(exposed()).toEqual([names, `'${names.join(', ')}'`])
    expect(exposed(['etag', 'Retry-After'])[0]).toEqual([
      'etag',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
    ])
  })
})

describe('the preflights of a path', () => {
  const build = () =>
    declared(
      api => {
        const gate = api.addUpstream('A', Upstream.http('https://a.example.com'))
        const other = api.addUpstream('B', Upstream.http('https://b.example.com'))
        const path = { id: z.uuid() }
        api.addRoute('PUT /a/{id}', {
          upstream: gate,
          output: anyOutput,
          access: anyToken,
          input: { path, headers: { 'If-Match': z.string() }, body: z.object({}) },
        })
        api.addRoute('GET /a/{id}', {
          upstream: other,
          output: anyOutput,
          access: Access.public(),
          input: { path, headers: { 'x-trace': optional({ type: 'string' }) } },
        })
        api.addRoute('GET /', { upstream: gate, output: anyOutput, access: anyToken })
      },
      { origins: [app] },
    )

  it('are answered by one gate, for all methods of the path, with the headers that each declares', () => {
    const { gate } = build()
    expect(gate('A').manifest.cors?.preflights).toEqual({ '/': { GET: ['authorization'] } })
    expect(gate('B').manifest.cors?.preflights).toEqual({
      '/a/{id}': { GET: ['x-trace'], PUT: ['authorization', 'content-type', 'if-match'] },
    })
  })

  it('are operations of the gateway that nobody guards, at the function that answers them', () => {
    const { body } = build()
    for (const [path, item] of Object.entries<Record<string, Record<string, unknown>>>(body.paths)) {
      expect(item.options?.security, path).toEqual([])
      const at = (method: string) => item[method]?.['x-amazon-apigateway-integration']
      expect(at('options'), path).toEqual(at('get'))
    }
  })

  it('are not in the document for those who call the API', async () => {
    const { readFileSync, readdirSync } = await import('node:fs')
    const { outdir } = build()
    const name = readdirSync(outdir).find(file => file.endsWith('.openapi.json'))
    expect(readFileSync(`${outdir}/${name}`, 'utf8')).not.toContain('"options"')
  })
})

describe('a refusal of API Gateway’s own', () => {
  const headersOf = (cors: CorsOptions) => {
    const responses: Record<string, { responseParameters: Record<string, string> }> = declared(oneRoute, cors)
      .body['x-amazon-apigateway-gateway-responses']
    return Object.values(responses).map(({ responseParameters }) =>
      Object.fromEntries(
        Object.entries(responseParameters)
          .map(([name, value]) => [name.replace('gatewayresponse.header.', ''), value] as const)
          .filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
      ),
    )
  }

  it('can be read by pages of the one origin that is declared', () => {
    for (const headers of headersOf({ origins: [app], credentials: true, exposeHeaders: ['retry-after'] })) {
      expect(headers).toEqual({
        'access-control-allow-origin': `'${app}'`,
        'access-control-allow-credentials': "'true'",
        'access-control-expose-headers': "'retry-after'",
        vary: "'Origin'",
      })
    }
  })

  it('is never shared with an origin that a request names: the first door says which one asked, for its 403', () => {
    const headers = headersOf({ origins: [app, 'https://b.example.com'], credentials: true })
    const denied = {
      'access-control-allow-origin': 'context.authorizer.allowOrigin',
      'access-control-allow-credentials': "'true'",
      vary: "'Origin'",
    }
    expect(headers.filter(each => Object.keys(each).length > 1)).toEqual([denied])
    expect(JSON.stringify(headers)).not.toContain('method.request')
  })

  it('needs the first door’s word only where there are several', () => {
    const sharedBy = (origins: string[]) => declared(oneRoute, { origins }).authorizer?.manifest.sharedOrigins
    expect(sharedBy([app])).toEqual([])
    expect(sharedBy([app, 'https://b.example.com'])).toEqual([app, 'https://b.example.com'])
  })
})
