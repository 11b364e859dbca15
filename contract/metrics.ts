import type { SurplusPlace } from './decision.ts'

/** Where functions put their metrics and dashboards look for them. */
export const metricNamespace = 'Sallyport'

/**
 * Every metric the functions emit, with its dimensions. `api` is the construct's id, `route` a route key,
 * `reason` a code of the reason table: all of them declared, so their number is bounded.
 */
export const metrics = {
  Requests: ['api', 'route'],
  Errors: ['api', 'route'],
  Latency: ['api', 'route'],
  UpstreamLatency: ['api', 'route'],
  Denied: ['api', 'route', 'reason'],
  /** Refusals of what was sent or answered, once for each place that is at fault: path, query, header, cookie, body or output. */
  Refused: ['api', 'route', 'place', 'reason'],
  /**
   * What was sent or answered undeclared, and left behind. A metric for each place, and not a dimension: so they stand in the one
   * line that a request writes, with all else that is counted by its route.
   */
  StrippedQuery: ['api', 'route'],
  StrippedHeader: ['api', 'route'],
  StrippedCookie: ['api', 'route'],
  StrippedBody: ['api', 'route'],
  StrippedOutput: ['api', 'route'],
  /** Requests that passed uncounted, as declared, while the state table could not answer. */
  Uncounted: ['api', 'route'],
  /** Calls to the state table that failed or came too late. */
  StoreFailures: ['api'],
  /** Time that a request waited for the state table, in milliseconds. */
  StoreLatency: ['api', 'route'],
  /** Requests that were sent to an upstream once more. */
  UpstreamRetries: ['api', 'route'],
  /**
   * The state of an upstream's circuit breaker in one instance, whenever it changes: 1 when it opens, also after a probe in vain, and
   * 0 when it closes. The maximum says whether it was open anywhere, the sum how often it opened. `upstream` is the gate's id.
   */
  BreakerOpen: ['api', 'upstream'],
  KeyFetchFailures: ['api'],
  StaleKeys: ['api'],
} as const

export const strippedIn = {
  query: 'StrippedQuery',
  header: 'StrippedHeader',
  cookie: 'StrippedCookie',
  body: 'StrippedBody',
  output: 'StrippedOutput',
} as const satisfies Record<SurplusPlace, keyof typeof metrics>

/** The `service` dimension that Powertools puts on every metric. One word, so that both doors count together. */
export const metricService = 'sallyport'
