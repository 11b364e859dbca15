import type { Deny, Place, SurplusPlace } from '../../contract/decision.ts'
import { metricNamespace, metricService, strippedIn } from '../../contract/metrics.ts'
import { reasonOf } from '../../contract/reasons.ts'
import { anatomyOf } from './anatomy.ts'
import { onFirstUse } from './on-first-use.ts'
import { createLogger, createMetrics } from './powertools.ts'

export type CircuitState = 'closed' | 'open' | 'half-open'

/** What one handled request looked like from the inside. Names only: never a token, claim, header or body value. */
export interface Outcome {
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export interface Telemetry {
  /** A no, with its reason: one log line and one count by reason. */
  denied(event: { route: string; requestId: string; denial: Deny }): void
  /**
   * What was left behind because it is not declared: how much of it, and where. Where the route asks for it, also its
   * names, which are a sender's own words.
   */
  stripped(event: {
    route: string
    place: SurplusPlace
    count: number
    requestId?: string
    names?: readonly string[]
  }): void
  /** How long the upstream of the request at hand took. */
  upstreamAnswered(durationMs: number): void
  /** The request at hand is sent to its upstream once more. */
  upstreamRetried(): void
  /** The circuit breaker before the upstream of this gate has changed. */
  breakerChanged(state: CircuitState): void
  /** How long the request at hand waited for the state table. */
  storeAsked(durationMs: number): void
  /** The state table did not answer, or not in time. */
  storeFailed(note: string): void
  /** A request passed uncounted, as its route declares for when the state table does not answer. */
  uncounted(route: string): void
  /** One request from end to end: the golden signals of its route. */
  handled(outcome: Outcome): void
  /** Something around us is not as it should be, in our own words. */
  trouble(note: string): void
  /** An issuer's keys could not be renewed. */
  keyFetchFailed(note: string): void
  /** A token was checked with keys that should have been renewed by now. */
  staleKeysUsed(): void
  /** Something broke: what kind of error, and where. */
  fault(error: unknown, event: { route: string; requestId: string }): void
}

/** Logs through Powertools; metrics in CloudWatch's embedded format, so that no call is made while a request waits. */
export function createTelemetry(service: string, api: string): Telemetry {
  // A first door that allows says nothing. Made in the invocation that has something to say, so nothing is lost.
  const logger = onFirstUse(() => createLogger(service))
  const metrics = onFirstUse(() => createMetrics(metricNamespace, metricService))
  // An instance of its own, so that what the request at hand has counted so far is not written with it. Not `singleMetric`: that makes an
  // instance, and a console, for each count.
  const counts = onFirstUse(() => createMetrics(metricNamespace, metricService))
  const count = (metric: string, dimensions: Record<string, string>, value = 1) => {
    counts().addDimensions({ api, ...dimensions })
    counts().addMetric(metric, 'Count', value)
    counts().publishStoredMetrics()
  }
  const countDenial = (route: string, denial: Deny) => {
    const { reason } = denial
    count('Denied', { route, reason })
    for (const place of placesOf(denial)) count('Refused', { route, place, reason })
  }
  return {
    denied({ route, requestId, denial }) {
      const { owner, pages } = reasonOf(denial.reason)
      const level = pages ? 'error' : owner === 'client' ? 'info' : 'warn'
      logger()[level]('denied', { route, requestId, reason: denial.reason, note: denial.note })
      countDenial(route, denial)
    },
    stripped({ route, place, count: members, requestId, names }) {
      metrics().addMetric(strippedIn[place], 'Count', members)
      if (names) logger().info('stripped', { route, requestId, place, names })
    },
    upstreamAnswered(durationMs) {
      metrics().addMetric('UpstreamLatency', 'Milliseconds', durationMs)
    },
    upstreamRetried() {
      metrics().addMetric('UpstreamRetries', 'Count', 1)
    },
    breakerChanged(state) {
      logger().warn('breaker', { upstream: service, state })
      // Half open, it is on its way to one of the others.
      if (state !== 'half-open') count('BreakerOpen', { upstream: service }, state === 'open' ? 1 : 0)
    },
    storeAsked(durationMs) {
      metrics().addMetric('StoreLatency', 'Milliseconds', durationMs)
    },
    storeFailed(note) {
      logger().warn('trouble', { note: `state table: ${note}` })
      count('StoreFailures', {})
    },
    uncounted(route) {
      count('Uncounted', { route })
    },
    handled({ route, status, durationMs }) {
      metrics().addDimensions({ api, route })
      metrics().addMetric('Requests', 'Count', 1)
      metrics().addMetric('Errors', 'Count', status >= 500 ? 1 : 0)
      metrics().addMetric('Latency', 'Milliseconds', durationMs)
      metrics().publishStoredMetrics()
    },
    trouble(note) {
      logger().warn('trouble', { note })
    },
    keyFetchFailed(note) {
      logger().warn('trouble', { note })
      count('KeyFetchFailures', {})
    },
    staleKeysUsed() {
      count('StaleKeys', {})
    },
    fault(error, { route, requestId }) {
      logger().error('fault', { route, requestId, ...anatomyOf(error) })
    },
  }
}

/** Where what was refused stood: of inputs as they are named, else in the body that could not be read. */
function placesOf({ reason, fields }: Deny): ReadonlySet<Place | 'output'> {
  if (fields) return new Set(fields.map(field => field.in))
  if (reason.startsWith('input.')) return new Set(['body'])
  return new Set(reason === 'upstream.invalid_response' ? ['output'] : [])
}
