import { Metrics } from '@aws-lambda-powertools/metrics'

// A module of its own, so that a bundle can leave it for later: see tools/when-needed.ts.
export const createMetrics = (namespace: string, serviceName: string) =>
  new Metrics({ namespace, serviceName })
