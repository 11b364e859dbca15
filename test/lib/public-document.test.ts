import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'aws-cdk-lib'
import { Access, Limit, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anyOutput, login, newStack, ok, synthesized } from './support.ts'

function documentOf(declare: (api: ZeroTrustApi) => unknown, props?: Parameters<typeof synthesized>[1]) {
  const { outdir } = synthesized(declare, props)
  const [file] = globSync(join(outdir, '*.openapi.json'))
  return JSON.parse(readFileSync(file as string, 'utf8'))
}

const guarded = { upstream: ok, access: Access.token({ scopes: ['deals:read'] }) }

/** Every object below a value, itself included. */
const objectsIn = (value: unknown): object[] =>
  typeof value !== 'object' || value === null ? [] : [value, ...Object.values(value).flatMap(objectsIn)]

describe('the public document', () => {
  it('says of an operation what may be sent, who may send it and how often', () => {
    const { openapi, paths } = documentOf(
      api =>
        api.addRoute('POST /deals/{dealId}', {
          ...guarded,
          input: {
            path: { dealId: z.uuid() },
            query: { expand: optional({ enum: ['notes'] }) },
            headers: { 'X-Tenant': z.string() },
            cookies: { theme: z.string().optional() },
            body: z.object({ title: z.string() }),
          },
        }),
      { issuers: [login], limits: { user: Limit.perMinute(60) } },
    )
    expect(openapi).toBe('3.1.0')
    const operation = paths['/deals/{dealId}'].post
    expect(operation).toMatchObject({
      operationId: 'postDealsByDealId',
      description: 'Access: scope deals:read. Limit: 60 per minute per user.',
      security: [{ token: [] }],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { type: 'object', required: ['title'] } } },
      },
    })
    expect(operation.parameters.map((p: Record<string, unknown>) => [p.in, p.name, p.required])).toEqual([
      ['path', 'dealId', true],
      ['query', 'expand', false],
      ['header', 'x-tenant', true],
      ['cookie', 'theme', false],
    ])
  })

  it('says what a caller learns of limits of its own, and nothing of what all callers share', () => {
    const document = documentOf(
      api => {
        api.addRoute('GET /a', { ...guarded, cost: 2 })
        api.addRoute('GET /open', { upstream: ok, access: Access.public() })
      },
      {
        issuers: [login],
        limits: {
          service: Limit.perSecond(777),
          user: Limit.tiers('plan', { free: Limit.perMinute(60), pro: Limit.perMinute(600) }),
        },
      },
    )
    const [a, open] = [document.paths['/a'].get, document.paths['/open'].get]
    expect(a.description).toBe(
      'Access: scope deals:read. Limit: per user by plan: free 60 per minute, pro 600 per minute, others as free. Counts as 2.',
    )
    expect(Object.keys(a.responses[200].headers)).toEqual(['RateLimit-Policy', 'RateLimit'])
    expect(open.description).toBe('Access: public.')
    expect(open.responses[200].headers).toBeUndefined()
    const tooMany = { $ref: '#/components/responses/TooManyRequests' }
    expect([a.responses[429], open.responses[429]]).toEqual([tooMany, tooMany])
    expect(Object.keys(document.components.responses.TooManyRequests.headers)).toEqual([
      'Retry-After',
      'RateLimit-Policy',
      'RateLimit',
    ])
    expect(JSON.stringify(document)).not.toContain('777')
  })

  it('speaks of no limits where there are none', () => {
    const document = documentOf(api => api.addRoute('GET /a', guarded))
    expect(JSON.stringify(document)).not.toMatch(/429|RateLimit|TooMany/)
  })

  it('holds no extension, no ARN and no name of what stands behind', () => {
    const text = JSON.stringify(
      documentOf(api => {
        const crm = api.addUpstream('Crm', Upstream.http('https://crm.internal.example.com'))
        api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.token() })
      }),
    )
    expect(text).not.toMatch(/x-amazon|arn:|\$\{|Fn::|crm|internal|login\.example/i)
  })

  it('asks for a bearer token where any route does, and not where none does', () => {
    const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
    expect(documentOf(api => api.addRoute('GET /a', guarded)).components.securitySchemes).toEqual({
      token: scheme,
    })
    const open = documentOf(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }), {})
    expect(open.components).not.toHaveProperty('securitySchemes')
  })

  it('has every reference it makes', () => {
    const Place = { type: 'object', properties: { city: { $ref: '#/$defs/City' } } }
    const body = {
      type: 'object',
      properties: { from: { $ref: '#/$defs/Place' }, to: { $ref: '#/$defs/Place', description: 'where to' } },
      $defs: { Place, City: { type: 'string', maxLength: 80 } },
    }
    const document = documentOf(api => api.addRoute('POST /trips', { ...guarded, input: { body } }), {
      issuers: [login],
      limits: { user: Limit.perMinute(60) },
    })
    const references = objectsIn(document).flatMap(object => ('$ref' in object ? [String(object.$ref)] : []))
    for (const reference of references) {
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => Object(at)[key], document)
      expect(target, reference).toBeDefined()
    }
    const { schema } = document.paths['/trips'].post.requestBody.content['application/json']
    const place = { type: 'object', properties: { city: { type: 'string', maxLength: 80 } } }
    expect(schema.properties).toEqual({ from: place, to: { allOf: [place, { description: 'where to' }] } })
  })

  it('names no two operations alike', () => {
    const { paths } = documentOf(api => {
      api.addRoute('GET /deals/open', guarded)
      api.addRoute('GET /dealsOpen', guarded)
      api.addRoute('GET /', guarded)
      api.addRoute('GET /a-b', guarded)
      api.addRoute('GET /a.b', guarded)
    })
    const ids = Object.values(paths).map(item => (item as { get: { operationId: string } }).get.operationId)
    expect(new Set(ids).size).toBe(5)
    expect(ids).toContain('getDealsOpen')
    expect(ids).toContain('getRoot')
    for (const id of ids) expect(id).toMatch(/^\w+$/)
  })

  it('is one file per API', () => {
    const stack = newStack()
    for (const id of ['One', 'Two'])
      new ZeroTrustApi(stack, id, { issuers: [login] }).addRoute('GET /a', guarded)
    const { directory } = (stack.node.root as App).synth()
    const titles = globSync(join(directory, '*.openapi.json')).map(
      file => JSON.parse(readFileSync(file, 'utf8')).info.title,
    )
    expect(titles.sort()).toEqual(['One', 'Two'])
  })
})
