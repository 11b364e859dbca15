import { ZeroTrustApi } from 'sallyport'

// The app of bin/app.ts, but for this.
const removedRoute = 'GET /users/{userId}/deals'

const addRoute = ZeroTrustApi.prototype.addRoute
ZeroTrustApi.prototype.addRoute = function (this: ZeroTrustApi, ...given: Parameters<typeof addRoute>) {
  return given[0] === removedRoute ? undefined : Reflect.apply(addRoute, this, given)
} as typeof addRoute

await import('../../bin/app.ts')
