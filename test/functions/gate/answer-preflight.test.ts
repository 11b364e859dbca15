import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CorsManifest } from '../../../contract/gate-manifest.ts'
import { securityHeaders } from '../../../contract/headers.ts'
import { app, cors, gateWith, requestFrom, sharingOf } from './origins.ts'

const methodHeader = 'Access-Control-Request-Method'
const namesHeader = 'Access-Control-Request-Headers'

type Headers = Readonly<Record<string, readonly string[]>>
type Changes = { readonly declared?: CorsManifest | null; readonly [member: string]: unknown }

/** What a browser asks before it sends a page's request: without a token, a ticket or a body. */
async function preflight(headers: Headers, { declared = cors, ...changes }: Changes = {}) {
  const gate = gateWith(declared)
  const { headers: answered, ...answer } = await gate.handle(
    requestFrom(headers, { httpMethod: 'OPTIONS', body: null, requestContext: {}, ...changes }),
  )
  expect(answered).toMatchObject(securityHeaders)
  expect(gate.called).toEqual([])
  expect(gate.state.writes()).toBe(0)
  return {
    ...answer,
    sharing: sharingOf(answered),
    reason: gate.denied[0]?.reason,
    note: gate.denied[0]?.note,
    route: gate.routes[0],
  }
}

const good = { origin: [app], [methodHeader]: ['PUT'], [namesHeader]: ['authorization,content-type'] }

describe('a preflight', () => {
  test('of a declared method and headers is answered with 204, for that origin', async () => {
    expect(await preflight(good)).toMatchObject({
      statusCode: 204,
      body: '',
      route: 'OPTIONS /users/{userId}',
      sharing: {
        'access-control-allow-origin': app,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      },
    })
  })

  test('is told of credentials only where they are declared', async () => {
    const { sharing } = await preflight(good, { declared: { ...cors, credentials: false } })
    expect(sharing).not.toHaveProperty('access-control-allow-credentials')
    expect(sharing['access-control-allow-origin']).toBe(app)
  })

  describe('of each declared method and no other, with its headers and no other', () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'put', 'TRACE', '*', '']
    const names = [
      '',
      'authorization',
      'Content-Type',
      'accept-language',
      'x-api-key',
      '*',
      'authorization,x-api-key',
    ]
    const origins = [app, 'https://admin.example.com:8443', 'https://evil.com', 'null']
    const declared: Record<string, readonly string[]> = cors.preflights['/users/{userId}'] ?? {}
    const matrix = methods.flatMap(method =>
      names.flatMap(name => origins.map(origin => [method, name, origin] as const)),
    )

    test(`in ${matrix.length} combinations`, async () => {
      for (const [method, name, origin] of matrix) {
        const asked = name.toLowerCase().split(',').filter(Boolean)
        const allowed =
          cors.origins.includes(origin) &&
          Object.hasOwn(declared, method) &&
          asked.every(one => declared[method]?.includes(one))
        const answer = await preflight({ origin: [origin], [methodHeader]: [method], [namesHeader]: [name] })
        expect([method, name, origin, answer.statusCode]).toEqual([method, name, origin, allowed ? 204 : 403])
        if (allowed) continue
        expect(answer.reason).toBe('origin.not_allowed')
        expect(answer.sharing).toEqual({})
      }
    })
  })

  test.each([
    ['without an origin', { origin: [] }],
    ['with two origins', { origin: [app, app] }],
    ['without a method', { [methodHeader]: [] }],
    ['with two methods', { [methodHeader]: ['PUT', 'GET'] }],
    ['with two methods in one line', { [methodHeader]: ['PUT, GET'] }],
    ['with an undeclared header in a second line', { [namesHeader]: ['authorization', 'x-api-key'] }],
    ['with a name of every object', { [methodHeader]: ['constructor'] }],
    ['from the API’s own name, which needs none', { origin: ['https://api.example.com'] }],
  ])('is refused %s', async (_, changes) => {
    expect(await preflight({ ...good, ...changes })).toMatchObject({
      statusCode: 403,
      reason: 'origin.not_allowed',
      sharing: {},
    })
  })

  test('without request headers is answered', async () => {
    expect((await preflight({ ...good, [namesHeader]: [] })).statusCode).toBe(204)
  })

  test('is answered whatever the case, order and spacing of header names', async () => {
    const { statusCode } = await preflight({ ...good, [namesHeader]: [' Content-Type ,, AUTHORIZATION\t'] })
    expect(statusCode).toBe(204)
  })

  test('repeats nothing that was asked, and writes down no value', async () => {
    const answer = await preflight({ ...good, [namesHeader]: ['x-secret-name'] })
    expect(answer.note).toBe('header')
    expect(JSON.stringify(answer)).not.toContain('x-secret-name')
  })

  test('of a path that is not this gate’s is 404', async () => {
    for (const resource of ['/other', '__proto__', 'constructor']) {
      expect(await preflight(good, { resource })).toMatchObject({
        statusCode: 404,
        reason: 'route.undeclared',
      })
    }
  })

  test('is 404 where no page may use the API', async () => {
    expect(await preflight(good, { declared: null })).toMatchObject({
      statusCode: 404,
      reason: 'route.undeclared',
      sharing: {},
    })
  })

  test('is answered in due form, whatever is in it', async () => {
    const odd = fc.dictionary(
      fc.constantFrom('origin', methodHeader, namesHeader, '__proto__'),
      fc.oneof(fc.jsonValue(), fc.array(fc.constantFrom(app, 'PUT', 'authorization', '*', ''))),
    )
    await fc.assert(
      fc.asyncProperty(odd, async headers => {
        const { statusCode, sharing } = await preflight(headers as never)
        expect([204, 403, 500]).toContain(statusCode)
        if (statusCode !== 204) expect(sharing).toEqual({})
      }),
      { numRuns: 300 },
    )
  })
})
