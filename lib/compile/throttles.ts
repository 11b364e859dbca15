import type { CfnStage } from 'aws-cdk-lib/aws-apigateway'
import type { Limit } from '../declare/limit.ts'
import type { DeclaredLimit } from '../declare/limits.ts'
import type { Route } from '../route.ts'

// Of an account in a region, unless AWS raised them: nothing is throttled later than that.
const account = { rate: 10_000, burst: 5000 }

/** What every method of the stage has, whatever its throttle: whole requests, tokens included, are never logged. */
const always = { dataTraceEnabled: false, metricsEnabled: true }

/**
 * Settings of the stage's methods: API Gateway's own throttles, derived from what is declared, as the outer ring. They are never
 * tighter than the limits they stand before, as AWS promises nothing exact of them. The service's is a default that each method has for
 * itself; a route's is its method's own.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export const methodSettings = (
  service: DeclaredLimit | undefined,
  routes: readonly Route[],
): CfnStage.MethodSettingProperty[] => [
  { httpMethod: '*', resourcePath: '/*', ...always, ...throttleOf(boundsOfAll(service), 1) },
  ...routes.flatMap(({ method, path, limits }) => {
    const throttle = throttleOf(limits.routeBounds, limits.manifest.cost)
    return throttle ? [{ httpMethod: method, resourcePath: pointer(path), ...always, ...throttle }] : []
  }),
]

/** Reads and writes apart bind no request of the other kind, and a stage's default is for both. */
const boundsOfAll = (limit: DeclaredLimit | undefined): readonly Limit[] =>
  limit?.kind === 'all' ? limit.all.bounds : []

/** A bucket that holds `burst` and fills at `rate` lets all through that a window of `max` does. Of several the shortest window's. */
function throttleOf(bounds: readonly Limit[], cost: number) {
  // What does not always count would be a throttle for requests that are not limited.
  const [bound] = bounds.filter(({ when }) => when === null).toSorted((a, b) => a.windowMs - b.windowMs)
  if (!bound) return undefined
  const rate = Math.ceil((bound.max * 1000) / bound.windowMs / cost)
  const burst = Math.ceil(bound.max / cost)
  return rate > account.rate
    ? undefined
    : { throttlingRateLimit: rate, throttlingBurstLimit: Math.min(burst, account.burst) }
}

/** A path as a part of a JSON Pointer (RFC 6901), which is how API Gateway names a resource here. */
const pointer = (path: string): string => (path === '/' ? '/' : `/${path.replaceAll('/', '~1')}`)
