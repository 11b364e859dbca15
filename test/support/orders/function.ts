import middy from '@middy/core'
import { byRoute, secondDoor } from 'sallyport/middleware'
import type { createOrder, draftOrder, getOrder, putFile } from './routes.ts'

// A function as a user writes it, and bundles it: see bundle.ts. What it sees it says in its answer.

type Routes = typeof getOrder | typeof createOrder | typeof draftOrder | typeof putFile

/** Everything a later middleware can find. */
let found = ''

const look: middy.MiddlewareObj = {
  before: request => {
    const { event, internal, response, error } = request
    found = JSON.stringify({ event, internal, response, error, members: Object.keys(request) })
    const { body } = event as { body?: { title?: string } }
    if (body?.title === 'early') return { status: 201, body: { id: 'early' } }
    return undefined
  },
  onError: request => {
    // As error handlers do that know nothing of the route.
    if (String(request.error?.message).includes('handled')) {
      request.response = { statusCode: 200, body: 'a secret' }
    }
    if (String(request.error?.message).includes('answered')) return { statusCode: 200, body: 'a secret' }
    return undefined
  },
}

// Early enough for the door to answer in its stead, before Lambda ends it, on a busy machine too.
export const handler = middy({ timeoutEarlyInMillis: 2000 })
  .use(secondDoor<Routes>())
  .use(look)
  .handler(
    byRoute<Routes>({
      'GET /orders/{orderId}': async ({ path, query }) => {
        if (path.orderId === 'none') return { status: 404 }
        const answer = {
          status: 200,
          headers: { location: '/orders/1', 'x-secret': 'undeclared' },
          cookies: { theme: 'dark; Domain=example.com; Path=/', other: 'undeclared' },
          body: {
            id: `${path.orderId} ${typeof query.limit}`,
            seen: found,
            margin: 7,
            secret: 'undeclared',
          },
        } as const
        return answer
      },
      'POST /orders': async ({ body }) => {
        switch (body.title) {
          case 'throw':
            throw new Error('a secret of the function')
          case 'handled':
            throw new Error('a secret that is handled')
          case 'answered':
            throw new Error('a secret that is answered')
          case 'large':
            return { status: 202, body: 'a'.repeat(5 * 1024 * 1024 + 1) }
          case 'escaped':
            return { status: 202, body: '\0'.repeat(2 * 1024 * 1024) }
          case 'shapeless':
            return { statusCode: 201, body: 'a secret' } as never
          case 'status':
            return { status: 200, body: { id: 'a secret' } } as never
          case 'invalid':
            return { status: 201, body: { id: 7 } } as never
          case 'cycle': {
            const id: unknown[] = []
            id.push(id)
            return { status: 201, body: { id } } as never
          }
          case 'text':
            return { status: 202, body: 'in words' }
          case 'slow':
            await new Promise(resolve => setTimeout(resolve, 60_000))
            return { status: 201, body: { id: 'late' } }
          default:
            return { status: 201, body: { id: JSON.stringify(body), seen: found } }
        }
      },
      'POST /drafts': async ({ body, principal }) => ({
        status: 200,
        body: { title: `${body.title} of ${principal.sub}`, urgent: body.urgent ?? false },
      }),
      'PUT /files': async ({ body: { type, bytes } }) => ({
        status: 200,
        type: type as 'image/png',
        body: bytes.toReversed(),
      }),
    }),
  )
