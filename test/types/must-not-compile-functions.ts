import { Access, declareRoute, Output, Upstream, type ZeroTrustApi } from 'sallyport'
import { type AnswerOf, byRoute, type RequestOf, secondDoor, serve } from 'sallyport/middleware'
import { z } from 'zod'

// The other side of must-compile-functions.ts. Each `@ts-expect-error` is a guarantee: without an error it is one itself.

const access = Access.token()
const output = { 200: z.object({ id: z.string() }), 404: Output.empty() }
const upstream = Upstream.stub(200, null)

export const getThing = declareRoute('GET /things/{thingId}', {
  access,
  output,
  input: { path: { thingId: z.uuid() }, query: { limit: z.int().optional() } },
})

export function declarations(api: ZeroTrustApi): void {
  // @ts-expect-error without an access rule
  declareRoute('GET /a', { output })

  // @ts-expect-error without its answers
  declareRoute('GET /a', { access })

  // @ts-expect-error a misspelt option
  declareRoute('GET /a', { access, output, limit: {} })

  // @ts-expect-error an upstream, which is the app's to say
  declareRoute('GET /a', { access, output, upstream })

  // @ts-expect-error a path parameter without a schema
  declareRoute('GET /a/{id}', { access, output })

  // @ts-expect-error a schema without its path parameter
  declareRoute('GET /a/{id}', { access, output, input: { path: { id: z.uuid(), other: z.uuid() } } })

  // @ts-expect-error an unknown place
  declareRoute('GET /a', { access, output, input: { header: {} } })

  // @ts-expect-error a rule about a parameter that the path does not have
  declareRoute('GET /a', { output, access: Access.token({ claims: { sub: { equalsPath: 'id' } } }) })

  // @ts-expect-error added without an upstream
  api.addRoute(getThing, {})

  // @ts-expect-error added with what was declared already
  api.addRoute(getThing, { upstream, access })

  // @ts-expect-error the very function, or an ARN
  Upstream.direct('arn:aws:lambda:eu-west-1:123456789012:function:a')
}

export function requests(request: RequestOf<typeof getThing>): void {
  // @ts-expect-error not declared
  request.query.page

  // @ts-expect-error perhaps not there
  request.query.limit.toFixed()

  // @ts-expect-error nothing of the raw event is there
  request.requestContext

  // @ts-expect-error no body is declared
  request.body.title

  // @ts-expect-error what was validated is not changed
  request.path.thingId = 'a'
}

export const answers: AnswerOf<typeof getThing>[] = [
  // @ts-expect-error a status that is not declared
  { status: 500 },

  // @ts-expect-error a body of another shape
  { status: 200, body: { id: 7 } },

  // @ts-expect-error no body
  { status: 200 },

  // @ts-expect-error a header that is not declared
  { status: 404, headers: { location: '/a' } },

  // @ts-expect-error a body where none is declared
  { status: 404, body: 'a' },

  // @ts-expect-error as to API Gateway
  { statusCode: 404 },
]

// @ts-expect-error a handler of another route
byRoute<typeof getThing>({ 'GET /other': async () => ({ status: 404 }) })

// @ts-expect-error no handler for a route
byRoute<typeof getThing>({})

// @ts-expect-error an answer that is not declared
byRoute<typeof getThing>({ 'GET /things/{thingId}': async () => ({ status: 201 }) })

// @ts-expect-error a status that is not declared
serve<typeof getThing>(async () => ({ status: 500 }))

// @ts-expect-error a body of another shape
serve<typeof getThing>(async () => ({ status: 200, body: { id: 7 } }))

// @ts-expect-error no answer
serve<typeof getThing>(async () => {})

// @ts-expect-error nobody says of which routes
serve(async () => ({ status: 200 }))

// @ts-expect-error nobody says of which routes
secondDoor()

// @ts-expect-error nobody says of which routes
byRoute({ 'GET /things/{thingId}': async () => ({ status: 404 }) })
