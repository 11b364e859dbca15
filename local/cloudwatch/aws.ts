import type { awsMetrics } from '../../contract/aws-metrics.ts'
import { CannotEvaluate, evaluated } from './cannot-evaluate.ts'
import { type LineFilter, readFilterPattern } from './filter-pattern.ts'
import type { MetricStore } from './store.ts'
import type { Subscription, Watched } from './watched.ts'

/** One answered request of the API. */
export interface AnsweredRequest {
  readonly status: number
  readonly latencyMs: number
  /** The wait for the function behind the route; absent where it was not asked. */
  readonly integrationLatencyMs?: number
}

/** One invocation of a function. */
export interface Invocation {
  readonly functionName: string
  readonly outcome: 'returned' | 'failed' | 'timed-out' | 'throttled'
  readonly durationMs: number
  /** How many of the function ran when it ended, itself included. */
  readonly concurrent: number
}

/** AWS's own metrics, as far as this machine has what they are about; `contract/aws-metrics.ts` lists them. */
export interface AwsMetrics {
  readonly answered: (request: AnsweredRequest) => void
  readonly invoked: (invocation: Invocation) => void
  /** A log line that was written: where it is forwarded to, that counts. */
  readonly logged: (line: string, entry: unknown, logGroup: string) => void
}

type Namespace = keyof typeof awsMetrics

type MetricOf<Of extends Namespace> = (typeof awsMetrics)[Of]['metrics'][number]

export function createAwsMetrics(store: MetricStore, watched: Watched, now: () => number): AwsMetrics {
  function put<Of extends Namespace>(
    namespace: Of,
    dimensions: Readonly<Record<string, string>>,
    values: Readonly<Partial<Record<MetricOf<Of>, number>>>,
  ): void {
    const timestamp = now()
    for (const [name, value] of Object.entries(values) as Array<[string, number]>) {
      store.put({ namespace, name, dimensions, timestamp, values: [value] })
    }
  }

  const { apiName, stage } = watched
  const subscriptions = watched.subscriptions.flatMap(subscription => {
    // One that is not understood forwards nothing here: its metrics stay empty, which no graph takes for a number.
    const filter = evaluated(() => readSubscription(subscription, watched))
    return 'error' in filter ? [] : [filter]
  })

  return {
    answered({ status, latencyMs, integrationLatencyMs }) {
      const values = {
        Count: 1,
        '4XXError': status >= 400 && status < 500 ? 1 : 0,
        '5XXError': status >= 500 ? 1 : 0,
        Latency: latencyMs,
        ...(integrationLatencyMs !== undefined && { IntegrationLatency: integrationLatencyMs }),
      }
      put('AWS/ApiGateway', { ApiName: apiName }, values)
      put('AWS/ApiGateway', { ApiName: apiName, Stage: stage }, values)
    },
    invoked({ functionName, outcome, durationMs, concurrent }) {
      const dimensions = { FunctionName: functionName }
      // What was throttled never ran.
      if (outcome === 'throttled') return put('AWS/Lambda', dimensions, { Throttles: 1 })
      put('AWS/Lambda', dimensions, {
        Invocations: 1,
        Errors: outcome === 'returned' ? 0 : 1,
        Throttles: 0,
        Duration: durationMs,
        ConcurrentExecutions: concurrent,
      })
    },
    logged(line, entry, logGroup) {
      for (const subscription of subscriptions) {
        if (subscription.logGroup !== logGroup || !subscription.matches(line, entry)) continue
        put('AWS/Logs', subscription.dimensions, {
          ForwardedLogEvents: 1,
          DeliveryErrors: 0,
          DeliveryThrottling: 0,
        })
        if (subscription.stream === undefined) continue
        put(
          'AWS/Firehose',
          { DeliveryStreamName: subscription.stream },
          {
            IncomingRecords: 1,
            'DeliveryToS3.Records': 1,
            'DeliveryToS3.Success': 1,
            // Seconds: here it is delivered at once.
            'DeliveryToS3.DataFreshness': 0,
          },
        )
      }
    },
  }
}

interface Forwarding {
  readonly logGroup: string
  readonly matches: LineFilter
  readonly dimensions: Readonly<Record<string, string>>
  readonly stream: string | undefined
}

const destinationTypes: Readonly<Record<string, string>> = {
  firehose: 'Firehose',
  lambda: 'Lambda',
  kinesis: 'Kinesis',
}

function readSubscription(
  { logGroup, name, pattern, destination }: Subscription,
  { streams }: Watched,
): Forwarding {
  const [, , service = ''] = destination.split(':')
  const type = destinationTypes[service]
  if (type === undefined) throw new CannotEvaluate(`a subscription of ${service} is not played here`)
  return {
    logGroup,
    matches: readFilterPattern(pattern),
    dimensions: { LogGroupName: logGroup, DestinationType: type, FilterName: name },
    stream: streams.get(destination),
  }
}
