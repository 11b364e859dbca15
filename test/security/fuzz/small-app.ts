import { isUtf8 } from 'node:buffer'
import { Size, type Stack } from 'aws-cdk-lib'
import { Access, Body, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Received } from '../../support/deal-desk.ts'
import { upstreamOrigin } from '../small-cloud.ts'
import { marker } from './requests.ts'

// None of it admits the marker, which begins with a z.
const text = z.string().regex(/^[^z]*$/)

/** What the example does not declare: cookies, a form, text and bytes. */
export function declareSmallApp(stack: Stack): void {
  const api = new ZeroTrustApi(stack, 'Api')
  const inner = api.addUpstream('Inner', Upstream.http(upstreamOrigin))
  const open = { upstream: inner, access: Access.public(), output: { 200: z.object({ ok: z.boolean() }) } }
  const session = z.string().regex(/^[a-f0-9]{1,20}$/)
  api.addRoute('GET /cookies', {
    ...open,
    input: {
      cookies: {
        session: session.optional(),
        theme: optional(z.enum(['light', 'dark'])),
        n: z.int().optional(),
      },
      headers: { 'x-tags': z.array(text.max(20)).max(5).optional() },
    },
  })
  const tag = optional(z.array(text.max(10)).max(3))
  api.addRoute('POST /form', {
    ...open,
    input: { body: Body.form({ name: text.max(40), n: z.int().max(9).optional(), tag }) },
  })
  api.addRoute('POST /text', {
    ...open,
    input: { body: Body.text({ maxLength: 100, pattern: '^[^z]*$' }) },
  })
  api.addRoute('POST /file', {
    ...open,
    maxBody: Size.bytes(4096),
    input: { body: Body.bytes(['image/png']) },
  })
}

const cookies =
  /^(?:session=[a-f0-9]{1,20})?(?:(?:^|; )theme=(?:light|dark))?(?:(?:^|; )n=(?:0|-?[1-9]\d{0,14}))?$/

/** What is declared of each route's request once more, as an upstream sees it. */
const arrivals: Readonly<Record<string, (received: Received) => void>> = {
  'GET /cookies': ({ headers, bytes }) => {
    if (headers.cookie !== undefined) expect(headers.cookie).toMatch(cookies)
    expect(bytes).toHaveLength(0)
  },
  'POST /form': ({ headers, body }) => {
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
    const fields = new URLSearchParams(body)
    expect(fields.toString()).toBe(body)
    expect(['name', 'n', 'tag']).toEqual(expect.arrayContaining([...fields.keys()]))
    expect([fields.getAll('name').length, fields.getAll('n').length <= 1]).toEqual([1, true])
    expect(fields.getAll('tag').length).toBeLessThanOrEqual(3)
  },
  'POST /text': ({ headers, bytes, body }) => {
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect([isUtf8(bytes), [...body].length <= 100]).toEqual([true, true])
    expect(body).not.toContain('z')
  },
  'POST /file': ({ headers, bytes }) => {
    expect(headers['content-type']).toBe('image/png')
    expect(bytes.length).toBeLessThanOrEqual(4096)
  },
}

const always = ['accept', 'connection', 'host']

/** A request of which every byte is declared, or the gateway's own. */
export function expectSmallDeclared(received: Received): void {
  const { method, url, rawHeaders, bytes } = received
  const route = `${method} ${url}`
  const arrival = arrivals[route]
  if (!arrival) throw new Error(`no declared route: ${route}`)
  arrival(received)
  const names = rawHeaders.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase())
  const own = method === 'GET' ? ['cookie', 'x-tags'] : ['content-length', 'content-type']
  expect([...always, ...own]).toEqual(expect.arrayContaining(names))
  expect(new Set(names).size).toBe(names.length)
  // Of bytes nobody has looked at what is in them.
  const read = url === '/file' ? rawHeaders : [...rawHeaders, bytes.toString('latin1')]
  expect(read.join('\n')).not.toContain(marker)
}
