import { denialMetrics } from '../../contract/denial-metrics.ts'
import { type MetricName, metricNamespace, metricService, metrics } from '../../contract/metrics.ts'
import type { ReasonCode } from '../../contract/reasons.ts'
import type { MetricStore } from '../../local/cloudwatch/store.ts'
import { type Random, randomOf } from '../simulation/random.ts'
import { streamName } from './watched-api.ts'

// What the API of watched-api.ts measures, minute by minute, under traffic that is made up from a seed: nothing here was recorded from a
// running system. Requests are drawn one kind at a time (Poisson), each is counted under the names and dimensions of contract/metrics.ts.

/** One minute's traffic: what callers do, and what goes wrong. All counts are means per minute. */
export interface Minute {
  readonly requests: number
  /** Of these, the share that goes to `Billing`; the rest is for `Crm`. */
  readonly billing: number
  /** Questions to the first door beside those of usual callers, all with tokens that do not hold. */
  readonly triedTokens: number
  /** Questions with tokens that expired, of clients that do not renew them and ask again and again. */
  readonly expiredTokens: number
  /** Requests beside the usual, of one user who is beyond a limit. */
  readonly hotUser: number
  /** Requests beside the usual, of somebody who looks for what is open: refused for scopes, roles, inputs. */
  readonly probes: number
  /** Upstreams that answer nothing. */
  readonly down: readonly ('Crm' | 'Billing')[]
  /** The share of requests that the state table does not serve, which end in 503. */
  readonly storeFails: number
  /** How long the state table usually takes, in ms. */
  readonly storeMs: number
  /** The share of requests that issuers' keys cannot be had for; and for how many minutes it has been so. */
  readonly keysOut: number | null
  /** Requests that got in by another way than the first door. */
  readonly breaches: number
  /** The share of requests whose ticket is of the policy before the one that was just deployed. */
  readonly outdated: number
  /** Instances that start. */
  readonly starts: number
  /** How old the oldest audit event is that is not in its bucket, in s; null: none comes to the stream. */
  readonly auditLag: number | null
  /** Objects that Firehose puts into the bucket: 1 each, 0 for one that was not taken. */
  readonly auditPuts: readonly number[]
  /** So many of the requests for `Billing` end in an error. */
  readonly billingFails: number
}

/** A day of an office: busy at noon, next to nothing at night. `minute` counts from midnight. */
export const usual = (minute: number): Minute => ({
  requests: 40 + 560 * Math.max(0, Math.sin(((minute / 1440) * 2 - 0.5) * Math.PI)) ** 2,
  billing: 0.08,
  triedTokens: 0,
  expiredTokens: 0,
  hotUser: 0,
  probes: 0,
  down: [],
  storeFails: 0.0001,
  storeMs: 6,
  keysOut: null,
  breaches: 0,
  outdated: 0,
  starts: 0.2,
  auditLag: 330,
  auditPuts: [1],
  billingFails: 0,
})

const minuteMs = 60_000

/** The reasons for which the usual caller is refused, and the share of requests. */
const usualDenials: ReadonlyArray<readonly [ReasonCode, number]> = [
  ['input.invalid', 0.006],
  ['scope.insufficient', 0.002],
  ['claim.path_mismatch', 0.001],
  ['limit.user', 0.002],
]

/**
 * Writes the series of some minutes into a store.
 *
 * @param from first minute since the epoch; `to` is not written
 * @param traffic what a minute is like
 */
export function play(
  store: Pick<MetricStore, 'put'>,
  {
    seed,
    from,
    to,
    traffic,
  }: { seed: number; from: number; to: number; traffic: (minute: number) => Minute },
): void {
  const random = randomOf(seed)
  for (let minute = from; minute < to; minute += 1) playMinute(store, random, minute, traffic(minute))
}

/** Only what anomaly detection learns from: refusals that are callers' doing. */
export function playPast(
  store: Pick<MetricStore, 'put'>,
  { seed, from, to }: { seed: number; from: number; to: number },
): void {
  const random = randomOf(seed)
  for (let minute = from; minute < to; minute += 5) {
    const usually = (usual(minute % 1440).requests * 5 * 0.009) as number
    put(store, minute, 'ClientDenials', {}, [poisson(random, usually)])
  }
}

function playMinute(store: Pick<MetricStore, 'put'>, random: Random, minute: number, now: Minute): void {
  const sums = new Map<MetricName, number>()
  const add = (name: MetricName, value: number) => sums.set(name, (sums.get(name) ?? 0) + value)
  const deny = (reason: ReasonCode, times: number) => {
    if (times === 0) return
    put(store, minute, 'Denied', { reason }, [times])
    for (const name of denialMetrics(reason)) add(name, times)
  }
  const draw = (mean: number) => poisson(random, mean)

  // A quarter of requests ask the first door; API Gateway's cache spares the others.
  const asked = draw(now.requests * 0.25)
  const unrenewed = draw(now.expiredTokens)
  const expired = draw(asked * 0.02) + unrenewed
  const tried = draw(now.triedTokens)
  add('Authorizations', asked + tried + unrenewed)
  deny('token.expired', expired)
  deny('token.signature_invalid', Math.round(tried * 0.7))
  deny('token.key_unknown', Math.round(tried * 0.3))
  const keysOutMinutes = now.keysOut
  let lost = 0
  if (keysOutMinutes !== null) {
    // Fresh for 10 minutes, believed for 60; instances are of different ages.
    add('KeyFetchFailures', draw(Math.min(12, keysOutMinutes * 1.2)))
    if (keysOutMinutes > 10) add('StaleKeys', Math.round(asked * Math.min(1, (keysOutMinutes - 10) / 10)))
    if (keysOutMinutes >= 60) {
      lost = asked
      deny('keys.unavailable', asked)
    }
  }

  let failed = lost
  let arrived = 0
  for (const upstream of ['Crm', 'Billing'] as const) {
    const isDown = now.down.includes(upstream)
    const requests = draw(now.requests * (upstream === 'Billing' ? now.billing : 1 - now.billing))
    const failing = upstream === 'Billing' ? Math.min(requests, now.billingFails) : 0
    const unlucky = isDown ? Math.round(requests * 0.98) : Math.max(failing, draw(requests * 0.0002))
    const unstored = Math.min(requests - unlucky, draw(requests * now.storeFails))
    const outdated = draw(requests * now.outdated)
    const errors = Math.min(requests, unlucky + unstored + outdated)
    deny('store.unavailable', unstored)
    deny('ticket.outdated', outdated)
    add('StoreFailures', unstored)
    if (isDown && requests > 0) {
      const short = upstream === 'Crm' ? Math.round(unlucky * 0.8) : 0
      deny('upstream.circuit_open', short)
      deny('upstream.timeout', unlucky - short)
      if (upstream === 'Crm') put(store, minute, 'BreakerOpen', { upstream }, [1, 1])
    } else deny('upstream.failed', unlucky)
    if (requests > 0) {
      put(store, minute, 'Requests', { upstream }, [requests])
      put(store, minute, 'Errors', { upstream }, [errors])
      const waits = isDown ? samples(random, requests, 3000, 0.1) : samples(random, requests, 60, 0.6)
      put(store, minute, 'UpstreamLatency', { upstream }, waits)
      put(store, minute, 'GatewayLatency', { upstream }, gatewayTimes(random, requests, now))
    }
    failed += errors
    arrived += requests
  }
  for (const [reason, share] of usualDenials) deny(reason, draw(now.requests * share))
  const [hot, probed] = [draw(now.hotUser), draw(now.probes)]
  deny('limit.user', hot)
  deny('scope.insufficient', Math.round(probed / 2))
  deny('input.undeclared', probed - Math.round(probed / 2))
  const inside = draw(now.breaches)
  deny('ticket.missing', inside)
  const beside = hot + probed + inside
  if (beside > 0) put(store, minute, 'Requests', {}, [beside])
  if (arrived > 0) put(store, minute, 'StoreLatency', {}, samples(random, arrived, now.storeMs, 0.5))
  const starts = draw(now.starts)
  if (starts > 0) add('ColdStarts', starts)
  for (const [name, value] of sums) put(store, minute, name, {}, [value])

  const aws = (namespace: string, dimensions: Record<string, string>, values: Record<string, number>) => {
    for (const [name, value] of Object.entries(values))
      store.put({ namespace, name, dimensions, timestamp: minute * minuteMs, values: [value] })
  }
  const all = arrived + beside + lost + expired + tried
  if (all > 0) aws('AWS/ApiGateway', { ApiName: 'Api', Stage: 'live' }, { Count: all, '5XXError': failed })
  const stream = { DeliveryStreamName: streamName }
  if (all > 0 && now.auditLag !== null) aws('AWS/Firehose', stream, { IncomingRecords: all })
  if (all > 0 && now.auditLag !== null && minute % 5 === 0) {
    aws('AWS/Firehose', stream, { 'DeliveryToS3.DataFreshness': now.auditLag })
    // While it lags, it tries again and again.
    for (const put of now.auditLag > 900 ? [0] : now.auditPuts)
      aws('AWS/Firehose', stream, { 'DeliveryToS3.Success': put })
  }
}

/** Under each set of dimensions that the contract has for a metric, as far as there are values. */
function put(
  store: Pick<MetricStore, 'put'>,
  minute: number,
  name: MetricName,
  place: Readonly<Record<string, string>>,
  values: readonly number[],
): void {
  const known: Readonly<Record<string, string>> = { api: 'Api', ...place }
  for (const set of metrics[name].by as readonly (readonly string[])[]) {
    if (!set.every(dimension => known[dimension] !== undefined)) continue
    const dimensions: Record<string, string> = { service: metricService }
    for (const dimension of set) dimensions[dimension] = known[dimension] as string
    store.put({ namespace: metricNamespace, name, dimensions, timestamp: minute * minuteMs, values })
  }
}

/** The gateway's own time: a few ms, the state table's wait, and what a cold instance takes longer. */
function gatewayTimes(random: Random, requests: number, { storeMs, starts }: Minute): number[] {
  const cold = Math.min(1, starts / Math.max(1, requests))
  return samples(random, requests, storeMs + 3, 0.5).map(each => (random.chance(cold) ? each + 200 : each))
}

// As many as say something about one in a hundred over five minutes; a request each would only take longer.
const mostSamples = 40

/** Log-normal times around a median. */
function samples(random: Random, count: number, median: number, spread: number): number[] {
  return Array.from({ length: Math.min(count, mostSamples) }, () =>
    Math.round(median * Math.exp(spread * normal(random))),
  )
}

function poisson(random: Random, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  let count = 0
  for (let left = random.exponential(1); left < mean; left += random.exponential(1)) count += 1
  return count
}

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
