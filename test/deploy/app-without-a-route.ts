import { ZeroTrustApi } from 'sallyport'

/** What this app has less than bin/app.ts. */
export const removedRoute = 'GET /users/{userId}/deals'

const addRoute = ZeroTrustApi.prototype.addRoute
ZeroTrustApi.prototype.addRoute = function (this: ZeroTrustApi, ...given: Parameters<typeof addRoute>) {
  return given[0] === removedRoute ? undefined : Reflect.apply(addRoute, this, given)
} as typeof addRoute

await import('../../bin/app.ts')
