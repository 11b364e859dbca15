import middy from '@middy/core'
import {
  Access,
  type AnswerOf,
  Body,
  declareRoute,
  Output,
  optional,
  type RequestOf,
  type Upstream,
  type ZeroTrustApi,
} from 'sallyport'
import { byRoute, type OpaqueBody, type Principal, secondDoor, serve } from 'sallyport/middleware'
import { z } from 'zod'

// What a function with a door inside may do with the types of its routes. Nothing here is ever called.

/** Whether two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(..._: T[]): void => {}

export const putThing = declareRoute('PUT /things/{thingId}/{part}', {
  access: Access.token({ claims: { sub: { equalsPath: 'thingId' } } }),
  forwardAuthorization: { reason: 'it calls on' },
  input: {
    path: { thingId: z.uuid(), part: { type: 'integer' } },
    query: {
      limit: z.int().optional(),
      page: z.int().default(1),
      sort: optional({ type: 'string', enum: ['up', 'down'] }),
      tag: z.array(z.string()),
      size: { type: 'array', items: { type: 'number' } },
      flag: { type: 'boolean' },
    },
    headers: { 'If-Match': z.string() },
    cookies: { session: z.string().optional() },
    body: z.object({ title: z.string(), count: z.number().optional() }),
  },
  output: {
    200: z.object({ id: z.string() }),
    201: Output.json({ type: 'object', properties: {} }, { headers: ['Location'], cookies: ['session'] }),
    202: Output.text(),
    203: Output.bytes(['image/png', 'image/gif']),
    204: Output.empty({ headers: ['etag'] }),
  },
})
type PutThing = RequestOf<typeof putThing>
holds<Same<PutThing['route'], 'PUT /things/{thingId}/{part}'>>()
holds<Same<PutThing['path'], { readonly thingId: string; readonly part: number }>>()
holds<
  Same<
    PutThing['query'],
    {
      readonly tag: string[]
      readonly size: readonly number[]
      readonly flag: boolean
      readonly limit?: number
      readonly page?: number
      readonly sort?: 'up' | 'down'
    }
  >
>()
holds<Same<PutThing['headers'], { readonly 'if-match': string; readonly authorization: string }>>()
holds<Same<PutThing['cookies'], { readonly session?: string }>>()
holds<Same<PutThing['body'], { title: string; count?: number | undefined }>>()
holds<Same<PutThing['principal'], Principal>>()

export const answers: AnswerOf<typeof putThing>[] = [
  { status: 200, body: { id: 'a' } },
  { status: 201, body: [1], headers: { location: '/a', 'last-modified': '' }, cookies: { session: 'a' } },
  { status: 202, body: 'text' },
  { status: 203, type: 'image/gif', body: new Uint8Array() },
  { status: 204, headers: { etag: '"a"' } },
]

const open = { access: Access.public(), output: Output.unsafeAny('why') }
export const list = declareRoute('GET /things', open)
holds<Same<RequestOf<typeof list>['principal'], null>>()
holds<Same<RequestOf<typeof list>['body'], undefined>>()
export const anything: AnswerOf<typeof list> = {
  status: 418,
  headers: { 'content-type': 'text/plain' },
  body: 'tea',
}

export const form = declareRoute('POST /form', {
  ...open,
  input: { body: Body.form({ name: z.string(), urgent: optional({ type: 'boolean' }) }) },
})
holds<Same<RequestOf<typeof form>['body'], { readonly name: string; readonly urgent?: boolean }>>()
export const text = declareRoute('POST /text', { ...open, input: { body: Body.text({ optional: true }) } })
holds<Same<RequestOf<typeof text>['body'], string | undefined>>()
export const bytes = declareRoute('POST /bytes', { ...open, input: { body: Body.bytes(['image/png']) } })
holds<Same<RequestOf<typeof bytes>['body'], OpaqueBody>>()
export const plain = declareRoute('POST /plain', { ...open, input: { body: { type: 'object' } } })
holds<Same<RequestOf<typeof plain>['body'], unknown>>()
export const perhaps = declareRoute('POST /perhaps', {
  ...open,
  input: { body: Body.json(z.object({ a: z.string() }).optional(), { types: ['application/x+json'] }) },
})
holds<Same<RequestOf<typeof perhaps>['body'], { a: string } | undefined>>()

export function add(api: ZeroTrustApi, upstream: Upstream): void {
  api.addRoute(putThing, { upstream })
  const gate = api.addUpstream('Things', upstream)
  api.addRoute(list, { upstream: gate })
}

export const single = middy()
  .use(secondDoor<typeof putThing>())
  .handler(async (request): Promise<AnswerOf<typeof putThing>> => {
    const { thingId, part } = request.path
    return { status: 200, body: { id: `${thingId} ${part.toFixed()} ${request.principal.sub}` } }
  })

export const several = middy()
  .use(secondDoor<typeof putThing | typeof list>())
  .handler(
    byRoute<typeof putThing | typeof list>({
      'PUT /things/{thingId}/{part}': async ({ body }) => ({ status: 200, body: { id: body.title } }),
      'GET /things': () => ({ status: 200, body: 'none' }),
    }),
  )

// No annotation is needed for what it answers to be checked: see must-not-compile-functions.ts.
export const served = serve<typeof putThing>(async ({ path }, { awsRequestId }) =>
  path.part === 0 ? { status: 204 } : { status: 200, body: { id: awsRequestId } },
)

export const allServed = serve<typeof putThing | typeof list>(
  byRoute<typeof putThing | typeof list>({
    'PUT /things/{thingId}/{part}': async ({ body }) => ({ status: 200, body: { id: body.title } }),
    'GET /things': () => ({ status: 200, body: 'none' }),
  }),
)

export const middleware: middy.MiddlewareObj = { before: () => undefined }
export const withMiddlewares = serve<typeof list>(
  middy<RequestOf<typeof list>, AnswerOf<typeof list>>()
    .use(middleware)
    .handler(async ({ route }) => ({ status: 200, body: route })),
)
