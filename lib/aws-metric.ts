import type { CfnStage } from 'aws-cdk-lib/aws-apigateway'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { awsMetrics } from '../contract/aws-metrics.ts'
import type { MetricProps } from './metric-of.ts'
import type { ZeroTrustApi } from './zero-trust-api.ts'

type Namespace = keyof typeof awsMetrics

/** One of AWS's metrics. */
export const awsMetric = <Name extends Namespace>(
  namespace: Name,
  metricName: (typeof awsMetrics)[Name]['metrics'][number],
  dimensionsMap: { readonly [D in (typeof awsMetrics)[Name]['dimensions'][number]]?: string },
  props: MetricProps,
): Metric =>
  new Metric({
    namespace,
    metricName,
    dimensionsMap: { ...dimensionsMap } as Record<string, string>,
    ...props,
  })

/** What API Gateway says of an API: everything that was asked of it, whether or not it came to a door. */
export function stageMetric(
  { apiName, restApi }: ZeroTrustApi,
  metric: (typeof awsMetrics)['AWS/ApiGateway']['metrics'][number],
  props: MetricProps,
): Metric {
  // As it is: a reference would tie the stacks.
  const stage = restApi.deploymentStage.node.defaultChild as CfnStage
  return awsMetric('AWS/ApiGateway', metric, { ApiName: apiName, Stage: String(stage.stageName) }, props)
}
