import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'

// A module of its own, so that a bundle can leave it for later: see tools/when-needed.ts.
export const createLogger = (serviceName: string) => new Logger({ serviceName })
export const createMetrics = (namespace: string, serviceName: string) =>
  new Metrics({ namespace, serviceName })
