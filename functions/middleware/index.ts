import type middy from '@middy/core'
import type { AnswerOf, DeclaredRoute, RequestOf } from '../../contract/declared-route.ts'
import { loadPolicy } from './policy.ts'
import { openSecondDoor } from './second-door.ts'

export type {
  AnswerOf,
  DeclaredRoute,
  OpaqueBody,
  Principal,
  RequestOf,
} from '../../contract/declared-route.ts'

/**
 * The second door, for a function that API Gateway integrates directly (`Upstream.direct`): middlewares for
 * `middy().use(secondDoor<typeof getOrder>())`, first of all. The handler, and middlewares that are used after these, get
 * `{ route, path, query, headers, cookies, body, principal }`: declared, validated, and nothing else of the request.
 *
 * The handler answers `{ status, headers?, cookies?, body? }` as its route declares it. What is not declared of it is left out;
 * another status or shape is 502, and so is an exception, of which callers see nothing. A later middleware cannot answer in
 * the handler's place.
 *
 * Throws where the function is no `Upstream.direct` of an API, and so has no policy: then it does not load, and serves nothing.
 *
 * @typeParam Route the declarations of the routes it serves, by `import type`: `typeof getOrder | typeof listOrders`
 */
export function secondDoor<Route extends DeclaredRoute>(): middy.MiddlewareObj<
  RequestOf<Route>,
  AnswerOf<Route>
>[] {
  return openSecondDoor(loadPolicy(), { environment: process.env, now: Date.now })
}

/** A handler for each route, by its template. */
export type RouteHandlers<Route extends DeclaredRoute> = {
  readonly [Template in Route['template']]: (
    request: RequestOf<Extract<Route, { readonly template: Template }>>,
    context: middy.Request['context'],
  ) => HandlerAnswer<AnswerOf<Extract<Route, { readonly template: Template }>>>
}
type HandlerAnswer<Answer> = Promise<Answer> | Answer

/** One handler of several, each for a route: `.handler(byRoute<typeof getOrder>({ 'GET /orders/{orderId}': async … }))`. */
export function byRoute<Route extends DeclaredRoute>(
  handlers: RouteHandlers<Route>,
): (request: RequestOf<Route>, context: middy.Request['context']) => Promise<AnswerOf<Route>> {
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
