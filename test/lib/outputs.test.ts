import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Size } from 'aws-cdk-lib'
import fc from 'fast-check'
import { Access, Issuer, type JsonSchema, Output, optional, type RouteProps, Upstream } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { GateRoute } from '../../contract/gate-manifest.ts'
import { complaintOf, login, newApi, ok, synthesized } from './support.ts'

const Deal = z.object({
  id: z.int(),
  margin: z.number(),
  lines: z.array(z.object({ text: z.string(), cost: z.number() })),
  prices: z.record(z.string(), z.number()),
  'a/b~c': z.string().optional(),
})

/** What JavaScript, or a cast, can hand in. */
const untyped = <T = never>(value: unknown): T => value as T

type Props = Partial<RouteProps<'GET /a'>>
const declared = (output: unknown, more: Props = {}, method = 'GET') =>
  synthesized(api =>
    api.addRoute(
      `${method} /a` as 'GET /a',
      untyped<RouteProps<'GET /a'>>({
        upstream: api.addUpstream('Crm', Upstream.http('https://crm.example.com')),
        access: Access.token(),
        output,
        ...more,
      }),
    ),
  )
const routeOf = (output: unknown, more: Props = {}): GateRoute =>
  declared(output, more).gate('Crm').manifest.routes['GET /a'] as GateRoute
const refusal = (output: unknown, method = 'GET', issuers = [login]) =>
  complaintOf(() =>
    newApi({ issuers }).addRoute(
      `${method} /a` as 'GET /a',
      untyped<RouteProps<'GET /a'>>({
        upstream: Upstream.http('https://crm.example.com'),
        access: Access.token(),
        output,
      }),
    ),
  )

describe('a route’s output', () => {
  it('must be declared before an upstream over HTTP, with what to write', () => {
    expect(refusal(undefined)).toEqual({
      at: 'route "GET /a" of S/Api output',
      given: 'no output',
      allowed: 'what the upstream answers, by status',
      fix: 'write output: { 200: Deal, 404: Problem }, or Output.unsafeAny(reason) while nothing is known of its answers',
    })
  })

  it('is the stub’s own matter before a stub', () => {
    const declare = () =>
      newApi().addRoute('GET /a', { upstream: ok, access: Access.public(), output: { 200: Deal } })
    expect(complaintOf(declare)).toMatchObject({ given: 'an output on a stub', fix: 'remove it' })
  })

  it.each<[string, unknown, given: string]>([
    ['no status', {}, 'no status'],
    ['a schema for every status', Deal, 'a schema for every status'],
    ['an answer for every status', Output.empty(), 'an answer without its status'],
    ['a list', [Deal], 'a list of 1'],
    ['text', 'any', '"any"'],
    ['a status that redirects', { 302: Output.empty() }, 'the status "302"'],
    ['a status before the answer', { 100: Output.empty() }, 'the status "100"'],
    ['a status that is none', { 600: Output.empty() }, 'the status "600"'],
    ['a class of statuses', { '2XX': Deal }, 'the status "2XX"'],
    ['a default', { default: Deal }, 'the status "default"'],
  ])('refuses %s', (_, output, given) => {
    expect(refusal(output)).toMatchObject({ at: 'route "GET /a" of S/Api output', given })
  })

  it.each<[string, unknown, given: string, method?: string]>([
    ['a body in 204', { 204: Deal }, 'a body in an answer of 204'],
    ['a body in 304', { 304: Output.text() }, 'a body in an answer of 304'],
    ['a body in an answer to HEAD', { 200: Deal }, 'a body in an answer to HEAD', 'HEAD'],
    ['unsafeAny for one status', { 200: Output.unsafeAny('why') }, 'Output.unsafeAny for one status'],
    ['nothing for a status', { 200: undefined }, 'nothing'],
    ['a body that may be missing', { 200: optional(Deal) }, 'a body that may be missing'],
    ['a value of any kind', { 200: {} }, 'a value of any kind'],
    [
      'a schema that would let more through',
      { 200: z.looseObject({}) },
      'an object with members of any name and kind',
    ],
    [
      'a check that would be lost',
      { 200: z.string().refine(Boolean) },
      'a schema of zod that cannot be written as JSON Schema: a refinement (.refine, .superRefine, .check) would be lost',
    ],
    [
      'a pattern that is none',
      { 200: { type: 'string', pattern: '(' } },
      'a schema that does not compile: Invalid regular expression: /(/u: Unterminated group',
    ],
  ])('refuses %s, naming the status', (_, output, given, method) => {
    const { at, ...rest } = refusal(output, method)
    expect(at).toMatch(/ output\.\d{3}$/)
    expect(rest.given).toBe(given)
  })

  it.each([200, 299, 304, 400, 499, 500, 599])('may be declared for %i', status => {
    expect(routeOf({ [status]: Output.empty() }).output).toMatchObject({
      statuses: { [status]: { kind: 'empty' } },
    })
  })

  it('reaches the manifest whole, a schema alone being JSON', () => {
    const { output } = routeOf({
      201: Output.json(Deal, {
        headers: ['Location'],
        cookies: ['session'],
        maxSize: Size.kibibytes(1),
        mediaType: 'application/vnd.deal+json',
      }),
      200: { type: 'array', items: { type: 'integer' } },
      202: Output.bytes(['application/pdf']),
      203: Output.text(),
      204: Output.empty({ headers: ['etag'] }),
    })
    const none = { headers: [], cookies: [], maxBytes: null }
    expect(output).toEqual({
      kind: 'declared',
      accept: 'application/json, application/vnd.deal+json, application/pdf, text/plain',
      binary: ['application/pdf'],
      statuses: {
        200: {
          kind: 'json',
          mediaType: 'application/json',
          projection: { items: {} },
          visibility: null,
          ...none,
        },
        201: {
          kind: 'json',
          mediaType: 'application/vnd.deal+json',
          projection: expect.objectContaining({ members: expect.objectContaining({ id: {} }) }),
          visibility: null,
          headers: ['location'],
          cookies: ['session'],
          maxBytes: 1024,
        },
        202: { kind: 'bytes', mediaTypes: ['application/pdf'], ...none },
        203: { kind: 'text', mediaType: 'text/plain', ...none },
        204: { kind: 'empty', headers: ['etag'], cookies: [] },
      },
    })
  })

  it('that is unknown takes a reason', () => {
    expect(routeOf(Output.unsafeAny('being migrated')).output).toEqual({ kind: 'unsafeAny' })
    expect(complaintOf(() => Output.unsafeAny(''))).toMatchObject({ at: 'Output.unsafeAny', given: '""' })
  })
})

describe('an answer', () => {
  it.each<[string, () => unknown, at: string, given: string]>([
    [
      'an unknown option',
      () => Output.json(Deal, untyped({ maxBytes: 1 })),
      'Output.json',
      'unknown option "maxBytes"',
    ],
    [
      'viewers of text',
      () => Output.text(untyped({ visibleTo: {} })),
      'Output.text',
      'unknown option "visibleTo"',
    ],
    [
      'a size of nothing',
      () => Output.empty(untyped({ maxSize: Size.bytes(1) })),
      'Output.empty',
      'unknown option "maxSize"',
    ],
    [
      'more than a function can carry',
      () => Output.text({ maxSize: Size.mebibytes(6) }),
      'Output.text maxSize',
      '6291456 bytes',
    ],
    [
      'JSON by another name',
      () => Output.json(Deal, { mediaType: 'text/html' }),
      'Output.json mediaType',
      '"text/html"',
    ],
    [
      'parameters in a type',
      () => Output.json(Deal, { mediaType: 'application/json; charset=utf-8' }),
      'Output.json mediaType',
      '"application/json; charset=utf-8"',
    ],
    ['a page as text', () => Output.text({ mediaType: 'text/html' }), 'Output.text mediaType', '"text/html"'],
    [
      'a script as text',
      () => Output.text({ mediaType: 'text/javascript' }),
      'Output.text mediaType',
      '"text/javascript"',
    ],
    ['bytes of any type', () => Output.bytes(['*/*']), 'Output.bytes mediaTypes', '"*/*"'],
    ['bytes of no type', () => Output.bytes([]), 'Output.bytes mediaTypes', 'an empty list'],
    [
      'JSON as bytes',
      () => Output.bytes(['application/json']),
      'Output.bytes mediaTypes',
      '"application/json"',
    ],
    ['text as bytes', () => Output.bytes(['text/csv']), 'Output.bytes mediaTypes', '"text/csv"'],
    [
      'a header twice',
      () => Output.empty({ headers: ['ETag', 'etag'] }),
      'Output.empty headers',
      '"etag" twice',
    ],
    [
      'a header that is none',
      () => Output.empty({ headers: ['a b'] }),
      'Output.empty headers',
      'the name "a b"',
    ],
    [
      'a cookie that is none',
      () => Output.empty({ cookies: ['a=b'] }),
      'Output.empty cookies',
      'the name "a=b"',
    ],
    [
      'one header without its list',
      () => Output.empty(untyped({ headers: 'etag' })),
      'Output.empty headers',
      '"etag"',
    ],
    [
      'a pointer without viewers',
      () => Output.json(Deal, { visibleTo: { '/margin': {} } }),
      'Output.json visibleTo["/margin"]',
      'neither scopes nor roles',
    ],
    [
      'no role',
      () => Output.json(Deal, { visibleTo: { '/margin': { roles: [] } } }),
      'Output.json visibleTo["/margin"] roles',
      'an empty list',
    ],
    [
      'no scope',
      () => Output.json(Deal, { visibleTo: { '/margin': { scopes: [] } } }),
      'Output.json visibleTo["/margin"] scopes',
      'an empty list',
    ],
  ])('refuses %s', (_, declare, at, given) => {
    expect(complaintOf(declare)).toMatchObject({ at, given })
  })

  it.each([
    ...[
      'Connection',
      'Transfer-Encoding',
      'Keep-Alive',
      'TE',
      'Upgrade',
      'Via',
      'Date',
      'Server',
      'WWW-Authenticate',
    ],
    ...['Set-Cookie', 'Content-Type', 'Content-Length', 'Content-Encoding', 'Proxy-Authenticate', 'Trailer'],
    ...[
      'Strict-Transport-Security',
      'Content-Security-Policy-Report-Only',
      'X-Content-Type-Options',
      'X-Frame-Options',
    ],
    ...[
      'Referrer-Policy',
      'Permissions-Policy',
      'Cross-Origin-Resource-Policy',
      'Clear-Site-Data',
      'Refresh',
      'Alt-Svc',
    ],
    ...[
      'Access-Control-Allow-Origin',
      'Access-Control-Expose-Headers',
      'Timing-Allow-Origin',
      'Cache-Control',
      'Vary',
    ],
    ...[
      'X-Powered-By',
      'X-AspNet-Version',
      'X-Sallyport-Ticket',
      'Sallyport-Principal',
      'X-Amzn-RequestId',
      'Age',
    ],
    ...['Speculation-Rules', 'Accept-CH', 'Accept-CH-Lifetime', 'Critical-CH', 'Origin-Agent-Cluster'],
    ...['Service-Worker-Allowed', 'SourceMap', 'X-SourceMap', 'Reporting-Endpoints', 'Report-To', 'NEL'],
    ...['X-DNS-Prefetch-Control', 'Origin-Trial', 'Set-Login', 'Activate-Storage-Access', 'No-Vary-Search'],
    ...['Supports-Loading-Mode', 'Use-As-Dictionary', 'Integrity-Policy', 'Secure-Session-Registration'],
    ...[
      'Access_Control_Allow_Origin',
      'Set_Cookie',
      'clear_site_data',
      'Service_Worker-Allowed',
      'X_Accel_Redirect',
    ],
    ...['X-Amz-Apigw-Id', 'X-Forwarded-For', 'X-Accel-Redirect', 'X-Original-URL', '__proto__'],
  ])('never passes the header %s, whatever is declared', name => {
    expect(complaintOf(() => Output.empty({ headers: [name] }))).toMatchObject({ at: 'Output.empty headers' })
  })
})

describe('a header that steers browsers', () => {
  // Of an answer to fetch, browsers follow no link (HTML §4.2.4.4), and pages of results are often linked so (RFC 8288).
  it('is not one that links to more of the answer', () => {
    expect(() => Output.empty({ headers: ['link'] })).not.toThrow()
  })

  it('is refused with what it would do', () => {
    expect(complaintOf(() => Output.empty({ headers: ['Clear-Site-Data'] }))).toEqual({
      at: 'Output.empty headers',
      given: 'the reserved header "clear-site-data"',
      allowed:
        'names of headers (RFC 9110 §5.1) that say something of the answer itself, such as location or retry-after',
      fix: "remove it: it would steer what browsers do with the API's whole origin, or where they report it",
    })
  })
})

describe('members for some viewers', () => {
  const of = (visibleTo: Record<string, object>, schema: unknown = Deal) => ({
    200: Output.json(untyped<JsonSchema>(schema), untyped({ visibleTo })),
  })

  it('are told by places, and their viewers once each, in both manifests', () => {
    const roles = ['manager']
    const { authorizer, gate } = declared(
      of({
        '/margin': { roles },
        '/lines/*/cost': { roles },
        '/prices/*': { scopes: { anyOf: ['a', 'b'] } },
        '/a~1b~0c': { scopes: ['x'], roles },
      }),
    )
    const viewers = [
      { scopes: [], anyScope: [], roles },
      { scopes: [], anyScope: ['a', 'b'], roles: [] },
      { scopes: ['x'], anyScope: [], roles },
    ]
    const known = authorizer?.manifest.routes['GET /a']?.viewers ?? []
    expect(known).toHaveLength(3)
    expect(known).toEqual(expect.arrayContaining(viewers))
    const place = (i: number) => known.findIndex(each => JSON.stringify(each) === JSON.stringify(viewers[i]))
    expect(gate('Crm').manifest.routes['GET /a']?.output).toMatchObject({
      statuses: {
        200: {
          visibility: {
            members: {
              margin: { viewers: place(0) },
              lines: { items: { members: { cost: { viewers: place(0) } } } },
              prices: { others: { viewers: place(1) } },
              'a/b~c': { viewers: place(2) },
            },
          },
        },
      },
    })
  })

  it('change the fingerprint of the route, so that a ticket for others is worth nothing', () => {
    const fingerprint = (output: unknown) =>
      declared(output).authorizer?.manifest.routes['GET /a']?.fingerprint
    const all = [
      fingerprint({ 200: Deal }),
      fingerprint(of({ '/margin': { roles: ['manager'] } })),
      fingerprint(of({ '/margin': { roles: ['owner'] } })),
      fingerprint(of({ '/margin': { scopes: ['manager'] } })),
    ]
    expect(new Set(all).size).toBe(4)
  })

  it.each([
    ['', 'the pointer ""'],
    ['margin', 'the pointer "margin"'],
    ['/a~2', 'the pointer "/a~2"'],
    ['/marg', 'the pointer "/marg", which leads to no declared member'],
    ['/margin/x', 'the pointer "/margin/x", which leads to no declared member'],
    ['/lines/0/cost', 'the pointer "/lines/0/cost", which leads to no declared member'],
    ['/lines/cost', 'the pointer "/lines/cost", which leads to no declared member'],
    ['/lines/*', 'the pointer "/lines/*", which leads to no declared member'],
    ['/lines/*/costs', 'the pointer "/lines/*/costs", which leads to no declared member'],
    ['/prices/one', 'the pointer "/prices/one", which leads to no declared member'],
    ['/*', 'the pointer "/*", which leads to no declared member'],
    ['/constructor', 'the pointer "/constructor", which leads to no declared member'],
    ['/__proto__', 'the pointer "/__proto__", which leads to no declared member'],
  ])('cannot stand at %j', (pointer, given) => {
    expect(refusal(of({ [pointer]: { roles: ['manager'] } }))).toMatchObject({
      at: 'route "GET /a" of S/Api output.200 visibleTo',
      given,
    })
  })

  it.each([
    ['/owner/cost', { anyOf: [{ $ref: '#/$defs/a' }, { type: 'array', items: { $ref: '#/$defs/a' } }] }],
    [
      '/owner/*',
      { type: ['array', 'object'], items: { type: 'string' }, additionalProperties: { type: 'string' } },
    ],
  ])('cannot stand at %j where something on the way may be a list or an object', (pointer, owner) => {
    const schema = {
      type: 'object',
      properties: { owner },
      $defs: { a: { type: 'object', properties: { cost: { type: 'number' } } } },
    }
    expect(refusal(of({ [pointer]: { roles: ['manager'] } }, schema))).toMatchObject({
      given: `the pointer "${pointer}", on whose way something may be a list or an object`,
    })
  })

  it('are found through references, alternatives and unions', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/a' } },
      allOf: [{ type: 'object', properties: { b: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/a' }] } } }],
      $defs: { a: { type: 'object', properties: { c: { type: 'string' } } } },
    }
    const route = routeOf(of({ '/a/c': { roles: ['r'] }, '/b/c': { roles: ['r'] } }, schema))
    expect(route.output).toMatchObject({
      statuses: {
        200: {
          visibility: {
            members: { a: { members: { c: { viewers: 0 } } }, b: { members: { c: { viewers: 0 } } } },
          },
        },
      },
    })
  })

  it('named `constructor` are members like any other', () => {
    const schema = { type: 'object', properties: { constructor: { type: 'string' } } }
    expect(routeOf(of({ '/constructor': { roles: ['r'] } }, schema)).output).toMatchObject({
      statuses: { 200: { visibility: { members: { constructor: { viewers: 0 } } } } },
    })
  })

  it.each(['roles', 'scopes'] as const)('need an issuer that can grant %s', word => {
    const google = Issuer.google({ audience: 'app.apps.googleusercontent.com', hostedDomain: null })
    expect(refusal(of({ '/margin': { [word]: ['x'] } }), 'GET', [google])).toMatchObject({
      at: `route "GET /a" of S/Api output.200 visibleTo["/margin"].${word}`,
      given: `${word} where no accepted issuer can grant any`,
    })
    expect(routeOf(of({ '/margin': { [word]: ['x'] } })).output).toBeTruthy()
  })

  it('may stand on a public route, where nobody sees them', () => {
    expect(routeOf(of({ '/margin': { roles: ['x'] } }), { access: Access.public() }).access.kind).toBe(
      'public',
    )
  })
})

describe('for those who call', () => {
  const output = {
    200: Output.json(Deal, {
      visibleTo: { '/margin': { roles: ['manager'] }, '/lines/*/cost': { scopes: ['c'] } },
    }),
    201: Output.json(z.string(), { headers: ['Location'], cookies: ['session'] }),
    202: Output.bytes(['application/pdf']),
    203: Output.text({ mediaType: 'text/csv' }),
    204: Output.empty(),
  }

  const responsesOf = (given: unknown) => {
    const { outdir } = declared(given)
    const file = readdirSync(outdir).find(name => name.endsWith('.openapi.json')) as string
    return JSON.parse(readFileSync(join(outdir, file), 'utf8')).paths['/a'].get.responses
  }

  it('the public document says what each status answers, and requires nothing that they may not see', () => {
    const responses = responsesOf(output)
    expect(Object.keys(responses)).toEqual(['200', '201', '202', '203', '204', 'default'])
    const { schema } = responses['200'].content['application/json']
    expect(schema.required).toEqual(['id', 'lines', 'prices'])
    expect(schema.properties.margin.description).toBe('For callers with role manager.')
    expect(schema.properties.lines.items.required).toEqual(['text'])
    expect(schema.properties.lines.items.properties.cost.description).toBe('For callers with scope c.')
    expect(responses['201'].headers).toEqual({
      location: { schema: { type: 'string' } },
      'Set-Cookie': { schema: { type: 'string' }, description: 'One of session.' },
    })
    expect(responses['202'].content).toEqual({ 'application/pdf': {} })
    expect(responses['203'].content).toEqual({ 'text/csv': { schema: { type: 'string' } } })
    expect(responses['204']).toEqual({ description: 'No Content' })
  })

  it.each([
    [
      'another part of allOf',
      '/margin',
      {
        type: 'object',
        allOf: [
          { properties: { id: { type: 'integer' }, margin: { type: 'number' } } },
          { required: ['id', 'margin'] },
        ],
      },
      { allOf: [{}, { required: ['id'] }] },
    ],
    [
      'the schema around allOf, which declares it',
      '/margin',
      {
        type: 'object',
        allOf: [{ properties: { id: { type: 'integer' }, margin: { type: 'number' } } }],
        required: ['id', 'margin'],
      },
      { required: ['id'] },
    ],
    [
      'what stands beside a $ref',
      '/deal/margin',
      {
        type: 'object',
        properties: { deal: { $ref: '#/$defs/Deal', required: ['id', 'margin'] } },
        $defs: {
          Deal: { type: 'object', properties: { id: { type: 'integer' }, margin: { type: 'number' } } },
        },
      },
      { properties: { deal: { allOf: [{}, { required: ['id'] }] } } },
    ],
  ])(
    'the public document requires nothing that they may not see, where it is required by %s',
    (_, pointer, schema, told) => {
      const { 200: answer } = responsesOf({
        200: Output.json(untyped<JsonSchema>(schema), { visibleTo: { [pointer]: { roles: ['manager'] } } }),
      })
      expect(answer.content['application/json'].schema).toMatchObject(told)
    },
  )

  it('API Gateway hands out the declared types as bytes', () => {
    expect(declared(output).body['x-amazon-apigateway-binary-media-types']).toEqual(['application/pdf'])
    expect(declared({ 200: Deal }).body['x-amazon-apigateway-binary-media-types']).toBeUndefined()
  })
})

describe('the contract in the template', () => {
  const lines = (output: unknown) =>
    Object.entries(declared(output).template.toJSON().Metadata as Record<string, string>)
      .filter(([about]) => about.includes(' output'))
      .map(([about, text]) => `${about}: ${text}`)

  it('says of every status what it answers with and to whom', () => {
    expect(
      lines({
        200: Output.json(
          { type: 'object', properties: { margin: { type: 'number' } } },
          {
            visibleTo: { '/margin': { roles: ['a', 'b'], scopes: ['c'] } },
            headers: ['location', 'x-total'],
            cookies: ['s'],
          },
        ),
        202: Output.bytes(['application/pdf', 'image/png'], { maxSize: Size.bytes(9) }),
        204: Output.empty(),
      }),
    ).toEqual([
      'Api GET /a output 200: headers location and x-total, cookies s, /margin for scope c and role a or b: {margin?: number}',
      'Api GET /a output 202: application/pdf or image/png, up to 9 bytes',
      'Api GET /a output 204: empty',
    ])
  })

  it('says why nothing is declared', () => {
    expect(lines(Output.unsafeAny('being migrated'))).toEqual([
      'Api GET /a output: unsafe, anything: being migrated',
    ])
  })
})

it('a header’s name is accepted or refused in any case alike', () => {
  const accepts = (name: string) => {
    try {
      return Boolean(Output.empty({ headers: [name] }))
    } catch {
      return false
    }
  }
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z-]{1,20}$/), name => accepts(name) === accepts(name.toUpperCase())),
  )
})
