import type { Deny, Place, SurplusPlace } from '../../contract/decision.ts'
import { denialMetrics } from '../../contract/denial-metrics.ts'
import type { LimitLayer } from '../../contract/limits.ts'
import { refusedIn, strippedIn } from '../../contract/metrics.ts'
import { reasonOf } from '../../contract/reasons.ts'
import { anatomyOf } from './anatomy.ts'
import type { Audit, AuditFacts } from './audit.ts'
import { createMeasurements } from './measurements.ts'
import { onFirstUse } from './on-first-use.ts'
import { createLogger } from './powertools-logger.ts'

export type CircuitState = 'closed' | 'open' | 'half-open'

/** Who asked for what, as far as the audit trail says it. The principal only of whom a door has verified. */
export type Decided = Pick<
  AuditFacts,
  'method' | 'requestId' | 'sourceIp' | 'principal' | 'fingerprint' | 'body'
>

/** What one request looked like from the inside. Names only: never a token, claim, header or body value. */
export interface Outcome {
  readonly route: string
  readonly status: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMs: number
  /** Null: the audit trail has no event of it. */
  readonly decided: Decided | null
}

/** Of one request at a time, as Lambda gives them to an instance. */
export interface Telemetry {
  /** A request is there. What was gathered of one before it that never came to an end is dropped. */
  arrived(): void
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
  /** Write capacity units that a write to the state table took. */
  storeWritten(units: number): void
  /** The state table did not answer, or not in time. */
  storeFailed(note: string): void
  /** Of the limits that the request at hand was counted against, the one that is nearest, and how much of it is used. */
  limitUsed(use: { readonly layer: LimitLayer; readonly percent: number }): void
  /** A request passed uncounted, as its route declares for when the state table does not answer. */
  uncounted(): void
  /** The second door is done with a request: all that was measured of it is written, and its event. */
  handled(outcome: Outcome): void
  /** The same of the first door. */
  authorized(outcome: Outcome): void
  /** A token was verified with a key set of this age. */
  keysUsed(ageMs: number): void
  /** Something around us is not as it should be, in our own words. */
  trouble(note: string): void
  /** An issuer's keys could not be renewed. */
  keyFetchFailed(note: string): void
  /** A token was checked with keys that should have been renewed by now. */
  staleKeysUsed(): void
  /** Something broke: what kind of error, and where. */
  fault(error: unknown, event: { route: string; requestId: string }): void
}

/** What a request's event says beside what it was measured as. */
interface Gathered {
  denial?: Deny
  layer?: LimitLayer
  upstreamMs?: number
  readonly stripped: Array<AuditFacts['stripped'][number]>
}

interface TelemetryParts {
  /** The construct id of the API. */
  readonly api: string
  /** The gate's id; null: this is the first door. */
  readonly gate: string | null
  readonly audit: Audit | null
}

/**
 * Logs through Powertools; metrics in CloudWatch's embedded format, so that no call is made while a request waits. A request is one line of
 * metrics and, where there is an audit trail, one event, written together. What happens between requests has lines of its own.
 */
export function createTelemetry({ api, gate, audit }: TelemetryParts): Telemetry {
  const door = gate ?? 'authorizer'
  const here = gate === null ? { api } : { api, upstream: gate }
  // A first door that allows logs nothing. Made in the invocation that has something to say, so nothing is lost.
  const logger = onFirstUse(() => createLogger(door))
  const ofRequest = createMeasurements()
  const ofInstance = onFirstUse(createMeasurements)
  let atHand: Gathered | null = null
  let isFirst = true

  const countAlone: typeof ofRequest.add = (metric, value) => {
    ofInstance().add(metric, value)
    write(ofInstance().line(here))
  }
  const count: typeof ofRequest.add = (metric, value) =>
    atHand ? ofRequest.add(metric, value) : countAlone(metric, value)

  const end = ({ route, status, startedAt, durationMs, decided }: Outcome) => {
    const { denial, layer, upstreamMs, stripped } = atHand ?? { stripped: [] }
    atHand = null
    const place = { ...here, route, ...(denial && { reason: denial.reason }), ...(layer && { layer }) }
    const measured = ofRequest.line(place)
    const facts = { door, route, status, denial, upstreamMs, stripped, time: startedAt, durationMs }
    write(measured, audit && decided ? audit.line({ ...facts, ...decided }) : undefined)
  }
  const countFirst = () => {
    if (isFirst) count('ColdStarts', 1)
    isFirst = false
  }

  return {
    arrived() {
      ofRequest.forget()
      atHand = { stripped: [] }
    },
    denied({ route, requestId, denial }) {
      const { reason, note } = denial
      const { owner, pages } = reasonOf(reason)
      const level = pages ? 'error' : owner === 'client' ? 'info' : 'warn'
      logger()[level]('denied', { route, requestId, reason, note })
      if (atHand) atHand.denial = denial
      count('Denied', 1)
      for (const metric of denialMetrics(reason)) count(metric, 1)
      for (const place of placesOf(denial)) count(refusedIn[place], 1)
    },
    stripped({ route, place, count: members, requestId, names }) {
      count(strippedIn[place], members)
      atHand?.stripped.push({ place, count: members, ...(names && { names }) })
      if (names) logger().info('stripped', { route, requestId, place, names })
    },
    upstreamAnswered(durationMs) {
      if (atHand) atHand.upstreamMs = durationMs
      count('UpstreamLatency', durationMs)
    },
    upstreamRetried() {
      count('UpstreamRetries', 1)
    },
    breakerChanged(state) {
      logger().warn('breaker', { upstream: door, state })
      // Half open, it is on its way to one of the others. It may change more than once while one request waits.
      if (state !== 'half-open') countAlone('BreakerOpen', state === 'open' ? 1 : 0)
    },
    storeAsked(durationMs) {
      count('StoreLatency', durationMs)
    },
    storeWritten(units) {
      count('WriteUnits', units)
    },
    storeFailed(note) {
      logger().warn('trouble', { note: `state table: ${note}` })
      count('StoreFailures', 1)
    },
    limitUsed({ layer, percent }) {
      if (!atHand) return
      atHand.layer = layer
      count('LimitUse', percent)
    },
    uncounted() {
      count('Uncounted', 1)
    },
    handled(outcome) {
      const { status, durationMs } = outcome
      count('Requests', 1)
      count('Errors', status >= 500 ? 1 : 0)
      count('Latency', durationMs)
      count('GatewayLatency', Math.max(0, durationMs - (atHand?.upstreamMs ?? 0)))
      countFirst()
      end(outcome)
    },
    authorized(outcome) {
      count('Authorizations', 1)
      count('AuthorizationLatency', outcome.durationMs)
      countFirst()
      end(outcome)
    },
    keysUsed(ageMs) {
      count('KeySetAge', Math.round(ageMs / 1000))
    },
    trouble(note) {
      logger().warn('trouble', { note })
    },
    keyFetchFailed(note) {
      logger().warn('trouble', { note })
      count('KeyFetchFailures', 1)
    },
    staleKeysUsed() {
      count('StaleKeys', 1)
    },
    fault(error, { route, requestId }) {
      logger().error('fault', { route, requestId, ...anatomyOf(error) })
    },
  }
}

/** In one go: two writes could be parted by another's. */
function write(...lines: ReadonlyArray<string | undefined>): void {
  const text = lines.filter(line => line !== undefined).map(line => `${line}\n`)
  if (text.length > 0) process.stdout.write(text.join(''))
}

/** Where what was refused stood: of inputs as they are named, else in the body that could not be read. */
function placesOf({ reason, fields }: Deny): ReadonlySet<Place | 'output'> {
  if (fields) return new Set(fields.map(field => field.in))
  if (reason.startsWith('input.')) return new Set(['body'])
  return new Set(reason === 'upstream.invalid_response' ? ['output'] : [])
}
