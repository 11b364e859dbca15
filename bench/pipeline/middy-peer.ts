import middy from '@middy/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { TypicalEvent } from './typical-request.ts'
import { answered } from './typical-request.ts'

/*
 * What @middy/http-header-normalizer, @middy/http-json-body-parser and @middy/validator do, step for step, at their defaults. They
 * do less: nothing is removed, nothing is looked at twice, cookies, lists and what is ambiguous are not looked at, nothing is counted.
 */

type Headers = Record<string, unknown>
interface Request {
  event: { headers: Headers; multiValueHeaders: Headers; body: unknown; isBase64Encoded: boolean }
  response: { body: unknown } | null
}
type Middleware = middy.MiddlewareObj<TypicalEvent, { statusCode: number; body: string }>

const lowered = (headers: Headers): Headers => {
  const result: Headers = {}
  for (const name of Object.keys(headers)) result[name.toLowerCase()] = headers[name]
  return result
}

const httpHeaderNormalizer = () => ({
  before: (request: Request) => {
    const { event } = request
    Object.assign(event, {
      rawHeaders: { ...event.headers },
      rawMultiValueHeaders: { ...event.multiValueHeaders },
    })
    event.headers = lowered(event.headers)
    event.multiValueHeaders = lowered(event.multiValueHeaders)
  },
})

const json = /^application\/(.+\+)?json($|;.+)/
const httpJsonBodyParser = () => ({
  before: ({ event }: Request) => {
    if (!json.test(String(event.headers['content-type']))) throw new Error('415')
    event.body = JSON.parse(String(event.body))
  },
})

type Schema = Record<string, unknown>
const text = (more: Schema = {}): Schema => ({ type: 'string', ...more })
const object = (properties: Schema, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
})
const newOrder: Schema = {
  reference: text({ format: 'uuid' }),
  currency: text({ enum: ['EUR', 'USD', 'GBP'] }),
  address: object({
    name: text({ maxLength: 100 }),
    street: text({ maxLength: 100 }),
    city: text({ maxLength: 60 }),
    country: text({ pattern: '^[A-Z]{2}$' }),
  }),
  lines: {
    type: 'array',
    minItems: 1,
    maxItems: 100,
    items: object({
      sku: text({ maxLength: 40 }),
      text: text({ maxLength: 200 }),
      count: { type: 'integer', minimum: 1, maximum: 1000 },
      price: { type: 'number', minimum: 0 },
    }),
  },
  note: text({ maxLength: 500 }),
}
const eventSchema = object({
  pathParameters: object({ customerId: text({ format: 'uuid' }) }),
  queryStringParameters: object({ expand: text({ enum: ['lines', 'all'] }), dryRun: { type: 'boolean' } }, [
    'expand',
    'dryRun',
  ]),
  headers: object(
    {
      'accept-language': text({ maxLength: 64 }),
      'idempotency-key': text({ format: 'uuid' }),
      'x-tenant': text({ maxLength: 20 }),
      'x-tags': text({ maxLength: 200 }),
    },
    ['accept-language', 'x-tags'],
  ),
  body: object(newOrder, ['note']),
})
const answerSchema = object(
  {
    ...newOrder,
    id: text({ format: 'uuid' }),
    status: text({ enum: ['open', 'paid', 'sent'] }),
    total: { type: 'number' },
    createdAt: text({ format: 'date-time' }),
  },
  ['note'],
)

const validator = ({ event, answer }: { event: Schema; answer?: Schema }) => {
  const ajv = new Ajv2020({
    strict: true,
    coerceTypes: 'array',
    allErrors: true,
    useDefaults: 'empty',
    messages: true,
  })
  formats.default(ajv)
  const [validEvent, validAnswer] = [ajv.compile(event), answer && ajv.compile(answer)]
  return {
    before: ({ event: given }: Request) => {
      if (!validEvent(given)) throw new Error(JSON.stringify(validEvent.errors))
    },
    ...(validAnswer && {
      after: ({ response }: Request) => {
        if (!validAnswer(response?.body)) throw new Error(JSON.stringify(validAnswer.errors))
      },
    }),
  }
}

const httpResponseSerializer = () => ({
  after: ({ response }: Request) => {
    if (response) response.body = JSON.stringify(response.body)
  },
})

const bytes = Buffer.from(answered)

/** The answer passed on whole. */
export const passingPeer = () =>
  middy<TypicalEvent, { statusCode: number; body: string }>({ timeoutEarlyInMillis: 0 })
    .use([
      httpHeaderNormalizer(),
      httpJsonBodyParser(),
      validator({ event: eventSchema }),
    ] as unknown as Middleware[])
    .handler(async () => ({ statusCode: 200, body: bytes.toString('utf8') }))

/** The answer read, validated and written. */
export const readingPeer = () =>
  middy<TypicalEvent, { statusCode: number; body: string }>({ timeoutEarlyInMillis: 0 })
    .use([
      httpHeaderNormalizer(),
      httpJsonBodyParser(),
      httpResponseSerializer(),
      validator({ event: eventSchema, answer: answerSchema }),
    ] as unknown as Middleware[])
    .handler(async () => ({ statusCode: 200, body: JSON.parse(bytes.toString('utf8')) }))
