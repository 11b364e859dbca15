import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import httpErrorHandler from '@middy/http-error-handler'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import httpResponseSerializer from '@middy/http-response-serializer'
import httpSecurityHeaders from '@middy/http-security-headers'
import validator from '@middy/validator'
import { transpileSchema } from '@middy/validator/transpile'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { z } from 'zod'
import { createLogger } from '../../functions/runtime/powertools-logger.ts'
import { createMetrics } from '../../functions/runtime/powertools-metrics.ts'
import { askUpstream } from './memory-upstream.ts'
import { headers, NewOrder, Order, path, query, tag } from './typical-schemas.ts'

/*
 * The typical route as middy's own guides build it: its middlewares at their defaults, the validators compiled beforehand, what
 * Powertools has for middy, and a handler that asks the same upstream the same thing and counts the same four metrics.
 *
 * It does less. Nothing that is undeclared is removed, from what is asked or from what is answered, nor counted. Members that are
 * there twice, numbers that are not what was written, depth, prototypes, and parameters that are there twice pass unseen; lists
 * in headers are one text. There is no ticket to read, no origin to check and no limit to count.
 */

type Schema = Readonly<Record<string, unknown>>
type Members = Readonly<Record<string, z.ZodType>>

// As an input: an output's schema would not admit undeclared members, which middy lets through.
const object = (members: Members): Schema => z.toJSONSchema(z.object(members), { io: 'input' })
const event = {
  type: 'object',
  required: ['pathParameters', 'headers', 'body'],
  properties: {
    pathParameters: object(path),
    queryStringParameters: object(query),
    headers: object({ ...headers, 'x-tags': tag.optional() }),
    body: object(NewOrder.shape),
  },
}
const answer = { type: 'object', required: ['body'], properties: { body: object(Order.shape) } }

interface ReadEvent {
  readonly pathParameters: Readonly<Record<string, string>>
  readonly queryStringParameters: Readonly<Record<string, string | number | boolean>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export function middyPeer(service: string, api: string) {
  const [logger, metrics] = [createLogger(service), createMetrics('Peer', 'peer')]

  const placeOrder = async ({ pathParameters, queryStringParameters, headers: sent, body }: ReadEvent) => {
    const startedAt = Date.now()
    const asked = new URLSearchParams()
    for (const [name, value] of Object.entries(queryStringParameters)) asked.append(name, String(value))
    const answered = await askUpstream({
      method: 'PUT',
      path: `/customers/${encodeURIComponent(pathParameters.customerId ?? '')}/orders?${asked}`,
      headers: {
        accept: 'application/json',
        'accept-language': sent['accept-language'],
        'idempotency-key': sent['idempotency-key'],
        'x-tenant': sent['x-tenant'],
        'x-tags': sent['x-tags'],
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const [now, { statusCode }] = [Date.now(), answered]
    metrics.addDimensions({ api, route: 'PUT /customers/{customerId}/orders' })
    metrics.addMetric('Requests', 'Count', 1)
    metrics.addMetric('Errors', 'Count', statusCode >= 500 ? 1 : 0)
    metrics.addMetric('UpstreamLatency', 'Milliseconds', now - startedAt)
    metrics.addMetric('Latency', 'Milliseconds', now - startedAt)
    return { statusCode, headers: {}, body: JSON.parse(Buffer.from(answered.body).toString('utf8')) }
  }

  // As in the gate: a timer per request is not needed.
  return middy<APIGatewayProxyEvent>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics))
    .use(httpErrorHandler())
    .use(httpSecurityHeaders())
    .use(
      httpResponseSerializer({
        serializers: [{ regex: /^application\/json$/, serializer: ({ body }) => JSON.stringify(body) }],
        defaultContentType: 'application/json',
      }),
    )
    .use(httpHeaderNormalizer())
    .use(httpJsonBodyParser())
    .use(validator({ eventSchema: transpileSchema(event), responseSchema: transpileSchema(answer) }))
    .handler(placeOrder as never)
}
