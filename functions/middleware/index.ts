import type middy from '@middy/core'
import type { AnswerOf, DeclaredRoute, RequestOf } from '../../contract/declared-route.ts'
import { openDoorInside } from './door.ts'
import { loadPolicy } from './policy.ts'
import { asMiddleware } from './second-door.ts'
import { asFunction } from './serve.ts'

export type {
  AnswerOf,
  DeclaredRoute,
  OpaqueBody,
  Principal,
  RequestOf,
} from '../../contract/declared-route.ts'

type Context = middy.Request['context']

/** Without a type argument nothing would be checked: then there is one argument too few. */
type Named<Route> = [Route] extends [never] ? [routes: 'name the routes: <typeof getOrder>'] : []

/** What answers requests for these routes. */
export type Handler<Route extends DeclaredRoute> = (
  request: RequestOf<Route>,
  context: Context,
) => HandlerAnswer<AnswerOf<Route>>

/**
 * The second door around a handler, for a function that API Gateway integrates directly (`Upstream.direct`):
 * `export const handler = serve<typeof getOrder>(async ({ path }) => …)`.
 *
 * The handler gets `{ route, path, query, headers, cookies, body, principal }`: declared, validated, and nothing else of the
 * request. It answers `{ status, headers?, cookies?, type?, body? }` as its route declares it, which its type checks. What is not declared
 * of it is left out; another status or shape, and more than 5 MiB, is 502, and so is an exception, of which callers see nothing.
 *
 * It may be a middy with middlewares of its own: whatever they do is the handler's doing. {@link secondDoor} is the same as one
 * middleware among others.
 *
 * Throws where the function is no `Upstream.direct` of an API, and so has no policy: then it does not load, and serves nothing.
 *
 * @typeParam Route the declarations of the routes it serves, by `import type`: `typeof getOrder | typeof listOrders`
 */
export function serve<Route extends DeclaredRoute = never>(
  handler: Handler<Route>,
  ..._: Named<Route>
): (event: unknown, context: Context) => Promise<object> {
  return asFunction(openInside(), handler)
}

/**
 * The same door as {@link serve}, as a middleware: `middy().use(secondDoor<typeof getOrder>())`, first of all. The handler, and
 * middlewares that are used after it, get the declared request. middy's types do not check what the handler answers: say
 * `: Promise<AnswerOf<typeof getOrder>>`, or use {@link byRoute}.
 *
 * A later middleware cannot answer in the handler's place: that is a 502. Of what the door refuses, later ones hear nothing.
 * What comes before it is beyond it: an earlier middleware that answers does so past the door.
 *
 * Throws as `serve` does.
 *
 * @typeParam Route as of `serve`
 */
export function secondDoor<Route extends DeclaredRoute = never>(
  ..._: Named<Route>
): middy.MiddlewareObj<RequestOf<Route>, AnswerOf<Route>> {
  return asMiddleware(openInside())
}

const openInside = () => openDoorInside(loadPolicy(), { environment: process.env, now: Date.now })

/** A handler for each route, by its template. */
export type RouteHandlers<Route extends DeclaredRoute> = {
  readonly [Template in Route['template']]: Handler<Extract<Route, { readonly template: Template }>>
}
type HandlerAnswer<Answer> = Promise<Answer> | Answer

/** One handler of several, each for a route: `serve<Routes>(byRoute<Routes>({ 'GET /orders/{orderId}': async … }))`. */
export function byRoute<Route extends DeclaredRoute = never>(
  handlers: RouteHandlers<Route>,
  ..._: Named<Route>
): (request: RequestOf<Route>, context: Context) => Promise<AnswerOf<Route>> {
  const known = handlers as Readonly<
    Record<string, (request: unknown, context: unknown) => HandlerAnswer<AnswerOf<Route>>>
  >
  return async (request, context) => {
    const { route } = request as { readonly route: string }
    const handle = Object.hasOwn(known, route) ? known[route] : undefined
    if (!handle) throw new Error('no handler for this route')
    return handle(request, context)
  }
}
