import middy from '@middy/core'
import { type AnswerOf, type RequestOf, serve } from 'sallyport/middleware'
import type { createOrder } from './routes.ts'

// The same with the door around all of it: middlewares of its own are the handler's business.

const odd: middy.MiddlewareObj = {
  before: ({ event }) =>
    (event as { body: { title: string } }).body.title === 'early'
      ? { status: 201, body: { id: 'early', secret: 'undeclared' } }
      : undefined,
  onError: ({ error }) => {
    throw error
  },
}

export const handler = serve<typeof createOrder>(
  middy<RequestOf<typeof createOrder>, AnswerOf<typeof createOrder>>({ timeoutEarlyInMillis: 2000 })
    .use(odd)
    .handler(async ({ body }) => {
      if (body.title === 'throw') throw new Error('a secret')
      if (body.title === 'slow') await new Promise(resolve => setTimeout(resolve, 60_000))
      return { status: 201, body: { id: body.title } }
    }),
)
