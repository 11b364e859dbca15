import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import middy from '@middy/core'

// The libraries that a gate of stubs needs, used the way their own guides do, for bundling with the defaults of the CDK.
const logger = new Logger({ serviceName: 'naive' })
const metrics = new Metrics({ namespace: 'naive', serviceName: 'naive' })

export const handler = middy()
  .onError(({ error }) => logger.error('failed', error as Error))
  .handler(async () => {
    metrics.addMetric('Requests', MetricUnit.Count, 1)
    metrics.publishStoredMetrics()
    return { statusCode: 200, body: '{"status":"ok"}' }
  })
