import { decodeJwt } from 'jose'
import { expect } from 'vitest'
import { z } from 'zod'
import { limitHeaders, securityHeaders } from '../../../contract/headers.ts'
import { problemMediaType } from '../../../contract/problem.ts'
import { readAuditEvent } from '../../../contract/read-audit-event.ts'
import { type ReasonCode, reasonOf, reasons } from '../../../contract/reasons.ts'
import { Deal, Failure, NewDeal, NewInvoice } from '../../../examples/deals/schemas.ts'
import { deal, issuerName, type Received } from '../../support/deal-desk.ts'
import { marker } from './requests.ts'
import type { WireAnswer } from './wire.ts'

/** What may come of a gateway at whose upstream nothing is wrong. */
const statuses = [200, 201, 204, 400, 401, 403, 404, 406, 413, 414, 415, 429, 431]

/**
 * What the HTTP server of the local cloud says to what it cannot read, before any of the API is asked. It is AWS's edge in
 * production, so nothing of it is ours to promise but that it stays this.
 */
const isEdge = ({ status, headers, body }: WireAnswer): boolean =>
  !headers.has('x-amz-apigw-id') &&
  (status === 403
    ? body.toString() === 'The local API answers as localhost only.\n'
    : [400, 408, 413, 414, 417, 431].includes(status) && body.length === 0)

/** An answer of the gateway's own: secured, and, where it refuses, a problem document without a word of the caller's. */
export function expectAnswer(answer: WireAnswer, { isHead }: { isHead: boolean }): void {
  if (isEdge(answer)) return
  expect(statuses, answer.body.toString()).toContain(answer.status)
  expectSecured(answer)
  if (answer.status >= 400 && !isHead) expectProblem(answer)
}

function expectSecured({ headers, body }: WireAnswer): void {
  for (const [name, value] of Object.entries(securityHeaders)) {
    expect([name, headers.get(name)]).toEqual([name, value])
  }
  for (const name of ['server', 'x-powered-by']) expect([name, headers.has(name)]).toEqual([name, false])
  expect(body.toString()).not.toContain(marker)
}

function expectProblem({ status, headers, body }: WireAnswer): void {
  expect(headers.get('content-type')).toBe(problemMediaType)
  const problem = Problem.parse(JSON.parse(body.toString()))
  // 414 and 431 have no reason of their own.
  expect([status, 400]).toContain(reasonOf(problem.code as ReasonCode).status)
}

const Problem = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string().optional(),
  status: z.int().optional(),
  detail: z.string(),
  code: z.enum(Object.keys(reasons) as [string, ...string[]]),
  requestId: z.string(),
  errors: z
    .array(
      z.strictObject({
        in: z.enum(['path', 'query', 'header', 'cookie', 'body']),
        name: z.string(),
        detail: z.string(),
      }),
    )
    .optional(),
})

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
// The declared query in declared order, each at most once, in its one canonical form.
const dealsQuery = '(?:\\?(?:status=(?:open|won|lost)(?:&limit=LIMIT)?|limit=LIMIT))?'.replaceAll(
  'LIMIT',
  '(?:[1-9]|[1-9]\\d|100)',
)
const always = ['accept', 'connection', 'host']
const ofBody = ['content-length', 'content-type']
const crm = 'crm.internal.example.com'

interface Arrival {
  readonly method: string
  readonly url: RegExp
  readonly host: string
  /** Beside those that each has. */
  readonly headers?: readonly string[]
  readonly body?: z.ZodType
  /** What says who is calling. @default sallyport-principal */
  readonly callerIn?: 'authorization'
}

const strictInvoice = z.strictObject({
  ...NewInvoice.shape,
  lines: z.array(z.strictObject({ text: z.string().max(200), amount: z.number() })).max(100),
})

/** All that may arrive: the example's routes once more, as an upstream sees them, written by hand. */
const arrivals: readonly Arrival[] = [
  { method: 'GET', url: new RegExp(`^/deals${dealsQuery}$`), host: crm },
  { method: 'GET', url: new RegExp(`^/deals/${uuid}$`), host: crm, headers: ['accept-language'] },
  { method: 'GET', url: /^\/users\/[^/?#]+\/deals$/, host: crm },
  { method: 'POST', url: /^\/deals$/, host: crm, headers: ofBody, body: z.strictObject(NewDeal.shape) },
  {
    method: 'POST',
    url: /^\/invoices$/,
    host: 'billing.internal.example.com',
    headers: ofBody,
    body: strictInvoice,
    callerIn: 'authorization',
  },
]

/** A request of which every byte is declared, or the gateway's own. */
export function expectDeclared(received: Received): void {
  const { method, url, headers, rawHeaders, body } = received
  const route = arrivals.find(
    each => each.method === method && each.url.test(url) && each.host === headers.host,
  )
  if (!route) throw new Error(`no declared route: ${method} ${url} at ${headers.host}`)
  const names = rawHeaders.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase())
  const optional = route.body ? [] : (route.headers ?? [])
  const { callerIn = 'sallyport-principal' } = route
  const required = [...always, callerIn, ...(route.body ? ofBody : [])]
  expect(names.filter(name => !optional.includes(name)).sort()).toEqual(required.sort())
  expect(new Set(names).size).toBe(names.length)
  expect(headers).toMatchObject({
    accept: 'application/json',
    ...(route.body && { 'content-type': 'application/json' }),
  })

  const said = String(headers[callerIn])
  const caller = { sub: expect.stringMatching(/^fuzz-\d+$/), client_id: expect.any(String) }
  const principal =
    callerIn === 'authorization'
      ? decodeJwt(said.replace('Bearer ', ''))
      : JSON.parse(Buffer.from(said, 'base64url').toString('utf8'))
  // A caller's own token would be one of the issuer's, too.
  if (callerIn === 'authorization')
    expect(principal).toMatchObject({ ...caller, iss: 'https://api.example.com', route: `${method} ${url}` })
  else expect(principal).toEqual({ ...caller, iss: issuerName })
  if (url.startsWith('/users/')) expect(url).toBe(`/users/${principal.sub}/deals`)

  if (route.body) {
    const value = route.body.parse(JSON.parse(body))
    expect(body).toBe(JSON.stringify(JSON.parse(body)))
    expect(value).toEqual(JSON.parse(body))
  } else {
    expect(body).toBe('')
  }
  // Whatever was overlooked above.
  const all = [url, ...rawHeaders, body].join('\n')
  expect(all).not.toContain(marker)
  expect(decodeURIComponent(url)).not.toContain(marker)
}

/** What each route may answer when it is asked well, and its upstream says anything at all. */
const answersOf: Readonly<Record<string, Readonly<Record<number, z.ZodType>>>> = {
  'GET /deals': { 200: z.array(z.strictObject(Deal.shape).omit({ margin: true })) },
  [`GET /deals/${deal.id}`]: {
    200: z.strictObject(Deal.shape).omit({ margin: true }),
    404: z.strictObject(Failure.shape),
  },
  'POST /deals': {
    201: z.strictObject(Deal.shape).omit({ margin: true }),
    409: z.strictObject(Failure.shape),
  },
}

// The gateway's own, and what an upstream may say of an answer.
const answerHeaders = [
  ...Object.keys(securityHeaders),
  ...[
    'content-type',
    'content-length',
    'content-language',
    'etag',
    'last-modified',
    'connection',
    'date',
    'vary',
  ],
  ...limitHeaders,
  ...['x-amz-apigw-id', 'x-amzn-requestid', 'x-amzn-trace-id'],
]

/** An answer that is declared for its route, or says in the gateway's words that the upstream's was not. */
export function expectDeclaredAnswer(route: string, answer: WireAnswer): void {
  expectSecured(answer)
  const { status, headers } = answer
  for (const [name, value] of headers) {
    expect(answerHeaders).toContain(name)
    expect(value).not.toContain(marker)
  }
  if ([502, 504].includes(status)) {
    expectProblem(answer)
    return
  }
  const schema = answersOf[route]?.[status]
  if (!schema) throw new Error(`${status} is not declared for ${route}`)
  expect(headers.get('content-type')).toBe('application/json')
  const text = answer.body.toString()
  const value = JSON.parse(text)
  expect(text).toBe(JSON.stringify(value))
  expect(schema.parse(value)).toEqual(value)
}

/** A line a function may write: metrics, an event of the audit trail or a denial, and nothing that a caller said. */
export function expectQuietLine(line: string): void {
  expect(line).not.toContain(marker)
  const written = JSON.parse(line)
  if (written.class_uid !== undefined) {
    readAuditEvent(written)
    return
  }
  const { _aws, message, reason, note = '' } = written
  if (_aws === undefined) expect(message).toBe('denied')
  expect(reason).not.toBe('gateway.fault')
  // An error of ours, and none of an upstream.
  expect(note).not.toMatch(/^(?:Syntax|Type|Range|Reference)?Error$/)
}
