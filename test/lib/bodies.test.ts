import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Size } from 'aws-cdk-lib'
import { Access, Body, optional, type RouteProps } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isReservedHeader } from '../../lib/declare/reserved-headers.ts'
import { anyToken, complaintOf, newApi, ok, synthesized } from './support.ts'

const untyped = <T = never>(value: unknown) => value as T
const open = { upstream: ok, access: Access.public() }

/** What becomes of a route with this body. */
const bodyOf = (body: Body) => {
  const {
    gate,
    body: gateway,
    outdir,
    template,
  } = synthesized(api => api.addRoute('POST /a', { ...open, input: { body } }))
  const file = Object.values(template.toJSON().Metadata ?? {}).join('\n')
  const document = JSON.parse(readFileSync(join(outdir, publicName(outdir)), 'utf8'))
  return {
    manifest: gate('Stubs').manifest.routes['POST /a']?.input.body,
    gateway,
    contract: file,
    content: document.paths['/a'].post.requestBody,
  }
}
const publicName = (outdir: string): string => {
  const found = readdirSync(outdir).find(name => name.endsWith('.openapi.json'))
  if (!found) throw new Error('no public document')
  return found
}

describe('a body', () => {
  it('of JSON is what a schema alone declares', () => {
    const schema = z.object({ a: z.string() })
    expect(bodyOf(Body.json(schema)).manifest).toEqual({
      kind: 'json',
      types: ['application/json'],
      required: true,
      maxBytes: 262_144,
      projection: { members: { a: {} } },
    })
  })

  it('of JSON may be of other types that end in +json', () => {
    const { manifest, content } = bodyOf(
      Body.json(z.object({ a: z.string() }).optional(), { types: ['application/merge-patch+json'] }),
    )
    expect(manifest).toMatchObject({ types: ['application/merge-patch+json'], required: false })
    expect(Object.keys(content.content)).toEqual(['application/merge-patch+json'])
  })

  it('of a form has fields like parameters, and is shown as an object', () => {
    const { manifest, content } = bodyOf(
      Body.form({
        name: z.string().max(9),
        n: z.int().min(0).optional(),
        tag: optional(z.array(z.string())),
      }),
    )
    expect(manifest).toEqual({
      kind: 'form',
      types: ['application/x-www-form-urlencoded'],
      required: true,
      maxBytes: 262_144,
      fields: [
        { name: 'name', wire: 'string', many: false, required: true },
        { name: 'n', wire: 'integer', many: false, required: false },
        { name: 'tag', wire: 'string', many: true, required: false },
      ],
    })
    expect(content.content['application/x-www-form-urlencoded'].schema).toMatchObject({
      type: 'object',
      required: ['name'],
      properties: { name: { maxLength: 9 } },
    })
  })

  it('of text is shown with its bounds', () => {
    const { manifest, content } = bodyOf(Body.text({ maxLength: 5, pattern: '^a', optional: true }))
    expect(manifest).toEqual({ kind: 'text', types: ['text/plain'], required: false, maxBytes: 262_144 })
    expect(content).toEqual({
      required: false,
      content: { 'text/plain': { schema: { type: 'string', maxLength: 5, pattern: '^a' } } },
    })
  })

  it('of bytes is binary to API Gateway, and shown by its types alone', () => {
    const { manifest, content, gateway, contract } = bodyOf(Body.bytes(['image/png', 'application/pdf']))
    expect(manifest).toEqual({
      kind: 'bytes',
      types: ['image/png', 'application/pdf'],
      required: true,
      maxBytes: 262_144,
    })
    expect(content.content).toEqual({ 'image/png': {}, 'application/pdf': {} })
    expect(gateway['x-amazon-apigateway-binary-media-types']).toEqual(['application/pdf', 'image/png'])
    expect(contract).toContain('up to 262144 bytes of image/png, application/pdf')
  })

  it('of no other kind makes anything binary', () => {
    expect(bodyOf(Body.text()).gateway).not.toHaveProperty('x-amazon-apigateway-binary-media-types')
  })
})

describe('a body that cannot be declared', () => {
  it.each<[string, () => unknown, string, string]>([
    [
      'text that is no JSON type',
      () => Body.json({}, { types: ['text/html'] }),
      'Body.json types',
      '"text/html"',
    ],
    ['no types', () => Body.bytes([]), 'Body.bytes types', 'an empty list'],
    ['any type of images', () => Body.bytes(['image/*']), 'Body.bytes types', '"image/*"'],
    ['a type in capitals', () => Body.bytes(['Image/PNG']), 'Body.bytes types', '"Image/PNG"'],
    [
      'a type with a parameter',
      () => Body.bytes(['text/csv; charset=utf-8']),
      'Body.bytes types',
      '"text/csv; charset=utf-8"',
    ],
    ['JSON as bytes', () => Body.bytes(['application/json']), 'Body.bytes types', '"application/json"'],
    [
      'a JSON type as bytes',
      () => Body.bytes(['application/ld+json']),
      'Body.bytes types',
      '"application/ld+json"',
    ],
    [
      'a form as bytes',
      () => Body.bytes(['application/x-www-form-urlencoded']),
      'Body.bytes types',
      '"application/x-www-form-urlencoded"',
    ],
    ['text as bytes', () => Body.bytes(['text/plain']), 'Body.bytes types', '"text/plain"'],
    [
      'parts as bytes',
      () => Body.bytes(['multipart/form-data']),
      'Body.bytes types',
      '"multipart/form-data"',
    ],
    [
      'a form by one schema',
      () => Body.form(untyped(z.object({ a: z.string() }))),
      'Body.form',
      'one schema for all fields',
    ],
    ['no fields', () => Body.form(untyped(undefined)), 'Body.form', 'nothing'],
    ['an unknown option', () => Body.text(untyped({ max: 5 })), 'Body.text', 'unknown option "max"'],
    ['half a character', () => Body.text({ maxLength: 0.5 }), 'Body.text maxLength', '0.5'],
    ['perhaps a body', () => Body.text(untyped({ optional: 'yes' })), 'Body.text optional', '"yes"'],
  ])('is refused: %s', (_, declare, at, given) => {
    expect(complaintOf(declare)).toMatchObject({ at, given })
  })

  const route = (props: object) => () =>
    newApi().addRoute('POST /a', { ...open, ...props } as RouteProps<'POST /a'>)

  it.each<[string, object, string, string]>([
    [
      'a field of objects',
      { input: { body: Body.form({ a: z.object({}) }) } },
      'input.body.a',
      'a schema of type "object"',
    ],
    [
      'a field __proto__',
      { input: { body: Body.form(JSON.parse('{"__proto__":{"type":"string"}}')) } },
      'input.body.__proto__',
      'the name "__proto__"',
    ],
    [
      'a pattern that is none',
      { input: { body: Body.text({ pattern: '(' }) } },
      'input.body',
      'a schema that does not compile',
    ],
    [
      'more bytes than an invocation carries',
      { maxBody: Size.mebibytes(5), input: { body: Body.bytes(['image/png']) } },
      'maxBody',
      '5242880 bytes',
    ],
    ['an unknown way with the undeclared', { input: { undeclared: 'keep' } }, 'input.undeclared', '"keep"'],
    ['a word for a flag', { logUndeclared: 'yes' }, 'logUndeclared', '"yes"'],
    [
      'a token forwarded without a reason',
      { access: anyToken, forwardAuthorization: true },
      'forwardAuthorization',
      'true',
    ],
    [
      'a token forwarded for no reason',
      { access: anyToken, forwardAuthorization: { reason: '' } },
      'forwardAuthorization.reason',
      '""',
    ],
    [
      'a token forwarded that nobody verified',
      { forwardAuthorization: { reason: 'x' } },
      'forwardAuthorization',
      'a token on a public route, which nobody has verified',
    ],
  ])('is refused on a route: %s', (_, props, at, given) => {
    expect(complaintOf(route(props))).toMatchObject({
      at: `route "POST /a" of S/Api ${at}`,
      given: expect.stringContaining(given),
    })
  })

  it('may be bytes of exactly 4 MiB', () => {
    expect(route({ maxBody: Size.mebibytes(4), input: { body: Body.bytes(['image/png']) } })).not.toThrow()
  })
})

describe('a header that cannot be declared', () => {
  it.each([
    ...[
      'authorization',
      'cookie',
      'host',
      'connection',
      'keep-alive',
      'proxy-authorization',
      'te',
      'upgrade',
    ],
    ...[
      'x-forwarded-for',
      'x-forwarded-user',
      'forwarded',
      'x-real-ip',
      'true-client-ip',
      'cf-connecting-ip',
    ],
    ...[
      'x-client-ip',
      'x-user',
      'x-user-id',
      'x-auth-request-email',
      'x-amzn-oidc-identity',
      'x-ms-client-principal',
    ],
    ...[
      'x-goog-iap-jwt-assertion',
      'x-consumer-username',
      'remote-user',
      'x-http-method-override',
      'x-original-url',
    ],
    ...['x-middleware-subrequest', 'sallyport-principal', 'x-sallyport-anything'],
    // As a server with CGI's variables reads them.
    ...['x_forwarded_for', 'x_user_id', 'remote_user'],
  ])('is %s', name => {
    expect(isReservedHeader(name)).toBe(true)
  })

  it.each([
    'accept',
    'accept-language',
    'if-match',
    'x-tenant',
    'x-request-id',
    'idempotency-key',
    'user-agent',
    'x-userland',
    'cfo',
    'x-api-key',
  ])('is not %s', name => {
    expect(isReservedHeader(name)).toBe(false)
  })

  it('says of the token how it goes on', () => {
    const declare = () =>
      newApi().addRoute('GET /a', { ...open, input: { headers: { Authorization: z.string() } } })
    expect(complaintOf(declare).fix).toContain('forwardAuthorization')
  })
})

describe('what goes on or is refused beyond the default', () => {
  it('stands in the contract that cdk diff shows', () => {
    const { template, gate } = synthesized(api =>
      api.addRoute('GET /a', {
        upstream: ok,
        access: anyToken,
        forwardAuthorization: { reason: 'it calls the ledger' },
        input: { undeclared: 'reject' },
      }),
    )
    const metadata = template.toJSON().Metadata
    expect(metadata['Api GET /a undeclared']).toBe('what is undeclared is refused')
    expect(metadata['Api GET /a token']).toBe('goes on to the upstream: it calls the ledger')
    expect(gate('Stubs').manifest.routes['GET /a']?.input).toMatchObject({
      undeclared: 'reject',
      forwardAuthorization: true,
    })
  })

  it('logs names by the API’s word, and by the route’s where it has one', () => {
    const { gate } = synthesized(
      api => {
        api.addRoute('GET /a', open)
        api.addRoute('GET /b', { ...open, logUndeclared: false })
      },
      { logUndeclared: true },
    )
    const { routes } = gate('Stubs').manifest
    expect([routes['GET /a']?.input.logUndeclared, routes['GET /b']?.input.logUndeclared]).toEqual([
      true,
      false,
    ])
  })
})

describe('the validators of a JSON body', () => {
  const judge = async (body: z.ZodType) => {
    const { validators } = synthesized(api => api.addRoute('POST /a', { ...open, input: { body } }))
    const route = (await validators('Stubs'))['POST /a']
    return (sent: unknown) =>
      route?.({ path: {}, query: {}, headers: {}, cookies: {}, body: sent }).map(({ name }) => name)
  }

  it('name every member that is wrong, also of a type that is referred to by its name', async () => {
    const named = await judge(z.object({ a: z.int(), b: z.string(), c: z.string() }).meta({ id: 'Thing' }))
    expect(named({ a: 'x', b: 1 })).toEqual(['/c', '/a', '/b'])
    expect(named({ a: 1, b: '', c: '' })).toEqual([])
  })

  it('still judge the whole', async () => {
    expect((await judge(z.strictObject({ a: z.int() })))({ a: 1, b: 1 })).toEqual([''])
    expect((await judge(z.object({ a: z.int() })))([])).toEqual([''])
    expect((await judge(z.object({ a: z.int() }).nullable()))(null)).toEqual([])
    expect((await judge(z.record(z.string().max(2), z.int())))({ abc: 1 })).toEqual([''])
    expect((await judge(z.record(z.string(), z.int())))({ a: 'x' })).toEqual(['/a'])
  })
})
