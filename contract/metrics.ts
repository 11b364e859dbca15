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
  KeyFetchFailures: ['api'],
  StaleKeys: ['api'],
} as const

/** The `service` dimension that Powertools puts on every metric. One word, so that both doors count together. */
export const metricService = 'sallyport'
