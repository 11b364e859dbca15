import type { Place, SurplusPlace } from './decision.ts'

/** Where functions put their metrics, and dashboards and alarms look for them. */
export const metricNamespace = 'Sallyport'

/** The `service` dimension that Powertools puts on every metric. One word, so that both doors count together. */
export const metricService = 'sallyport'

/**
 * Dimensions beside `service`. Every value of each is declared, so their number is bounded: `api` is the construct's id, `route` a
 * route key, `upstream` a gate's id, `reason` a code of the reason table, `layer` one of the layers of limits.
 * Never a subject, a client or an address: what they did stands in the audit trail.
 */
export type Dimension = 'api' | 'route' | 'upstream' | 'reason' | 'layer'

interface MetricFacts {
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds' | 'Percent'
  /** Each set of dimensions is one series in CloudWatch for each combination of values. Alarms need the short ones: they cannot search. */
  readonly by: readonly (readonly Dimension[])[]
  /** For docs/metrics.md. */
  readonly about: string
}

const everyRequest = [['api'], ['api', 'route'], ['api', 'upstream']] as const
const byRoute = [['api'], ['api', 'route']] as const
const inAll = [['api']] as const

/** Every metric the functions emit. The dashboards, the alarms, docs/metrics.md and the functions themselves are made from this table. */
export const metrics = {
  Requests: { unit: 'Count', by: everyRequest, about: 'Requests that reached the second door.' },
  Errors: {
    unit: 'Count',
    by: everyRequest,
    about: 'Of these, those that ended in a 5xx. 0 for each of the others.',
  },
  Latency: {
    unit: 'Milliseconds',
    by: everyRequest,
    about: 'From the second door’s first step to its last.',
  },
  GatewayLatency: {
    unit: 'Milliseconds',
    by: everyRequest,
    about: 'Of it, what the gateway itself took: all but the wait for the upstream.',
  },
  UpstreamLatency: {
    unit: 'Milliseconds',
    by: everyRequest,
    about: 'The wait for the upstream, with what was sent once more. Of requests that got that far.',
  },
  UpstreamRetries: {
    unit: 'Count',
    by: everyRequest,
    about: 'Requests that were sent to an upstream once more.',
  },
  Denied: {
    unit: 'Count',
    by: [['api'], ['api', 'reason'], ['api', 'route', 'reason']],
    about:
      'Refusals by either door, by their true reason. Not those that API Gateway answers from its cache of the first door’s answers: they reach no function.',
  },
  TokensRejected: {
    unit: 'Count',
    by: inAll,
    about:
      'Refusals of a token as such (`token.rejected` to callers, see [errors](errors.md)) that never held. Not those that held until they expired.',
  },
  Incidents: {
    unit: 'Count',
    by: inAll,
    about:
      'Refusals for what goes wrong in the gateway itself, that somebody is to be woken for: `pages: service` in contract/reasons.ts.',
  },
  Breaches: {
    unit: 'Count',
    by: inAll,
    about:
      'Refusals that only someone inside, or in between, should be able to bring about: `pages: security` in contract/reasons.ts.',
  },
  ClientDenials: {
    unit: 'Count',
    by: inAll,
    about:
      'Refusals that are the caller’s doing: tokens, permissions, origins, inputs. Not those by limits, which hold by themselves, nor of tokens that held until they expired.',
  },
  RefusedPath: { unit: 'Count', by: byRoute, about: 'Requests refused for what stood in their path.' },
  RefusedQuery: { unit: 'Count', by: byRoute, about: '… in their query.' },
  RefusedHeader: { unit: 'Count', by: byRoute, about: '… in a header.' },
  RefusedCookie: { unit: 'Count', by: byRoute, about: '… in a cookie.' },
  RefusedBody: { unit: 'Count', by: byRoute, about: '… in their body.' },
  RefusedOutput: { unit: 'Count', by: byRoute, about: 'Answers of upstreams that were refused.' },
  StrippedQuery: {
    unit: 'Count',
    by: byRoute,
    about: 'Query parameters left behind, since nobody declared them.',
  },
  StrippedHeader: { unit: 'Count', by: byRoute, about: '… headers.' },
  StrippedCookie: { unit: 'Count', by: byRoute, about: '… cookies.' },
  StrippedBody: { unit: 'Count', by: byRoute, about: '… members of bodies.' },
  StrippedOutput: { unit: 'Count', by: byRoute, about: '… members, headers and cookies of answers.' },
  LimitUse: {
    unit: 'Percent',
    by: [
      ['api', 'layer'],
      ['api', 'route', 'layer'],
    ],
    about:
      'How much of a limit was used, after each request: of those it was counted against, the one that is nearest.',
  },
  WriteUnits: { unit: 'Count', by: inAll, about: 'Write capacity of the state table that a request took.' },
  StoreLatency: { unit: 'Milliseconds', by: inAll, about: 'The wait of a request for the state table.' },
  StoreFailures: {
    unit: 'Count',
    by: inAll,
    about: 'Calls to the state table that failed or came too late.',
  },
  Uncounted: {
    unit: 'Count',
    by: byRoute,
    about: 'Requests that passed uncounted, as declared, while the state table could not answer.',
  },
  BreakerOpen: {
    unit: 'Count',
    by: [['api', 'upstream']],
    about:
      'The circuit breaker of one instance, whenever it changes: 1 when it opens, also after a probe in vain, and 0 when it closes. The maximum says whether it was open anywhere, the sum how often it opened.',
  },
  ColdStarts: {
    unit: 'Count',
    by: [['api'], ['api', 'upstream']],
    about: 'Instances that answered their first request. The first door’s have no upstream.',
  },
  Authorizations: {
    unit: 'Count',
    by: byRoute,
    about: 'Questions to the first door: those that API Gateway’s cache of its answers did not spare.',
  },
  AuthorizationLatency: { unit: 'Milliseconds', by: inAll, about: 'What the first door took to answer one.' },
  KeySetAge: { unit: 'Seconds', by: inAll, about: 'Age of the key set that a token was verified with.' },
  KeyFetchFailures: { unit: 'Count', by: inAll, about: 'Key sets of issuers that could not be had.' },
  StaleKeys: {
    unit: 'Count',
    by: inAll,
    about: 'Tokens that were checked with keys that should have been renewed by then.',
  },
} as const satisfies Record<string, MetricFacts>

export type MetricName = keyof typeof metrics

export const strippedIn = {
  query: 'StrippedQuery',
  header: 'StrippedHeader',
  cookie: 'StrippedCookie',
  body: 'StrippedBody',
  output: 'StrippedOutput',
} as const satisfies Record<SurplusPlace, MetricName>

export const refusedIn = {
  path: 'RefusedPath',
  query: 'RefusedQuery',
  header: 'RefusedHeader',
  cookie: 'RefusedCookie',
  body: 'RefusedBody',
  output: 'RefusedOutput',
} as const satisfies Record<Place | 'output', MetricName>
