import { Stack, Token } from 'aws-cdk-lib'
import type { CfnStage } from 'aws-cdk-lib/aws-apigateway'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { awsMetrics } from '../../contract/aws-metrics.ts'
import { answersItself } from '../declare/upstream.ts'
import type { Gate } from '../gate.ts'
import type { MetricProps } from '../metric-of.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'

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

/** The upstreams that can fail, by name. */
export const upstreamsOf = ({ routes }: ZeroTrustApi): Gate[] =>
  [...new Set(routes.map(({ gate }) => gate))]
    .filter(({ target }) => !answersItself(target))
    .sort((a, b) => (a.node.id < b.node.id ? -1 : 1))

/**
 * How the names of what CloudFormation makes of an API's stack begin: that of the stack. References to functions would do as well, until
 * an upstream is removed: CloudFormation deletes nothing that another stack imports.
 */
export function stackNameOf(api: ZeroTrustApi): string {
  let stack = Stack.of(api)
  // A nested stack's own name begins with its parent's.
  while (Token.isUnresolved(stack.stackName) && stack.nestedStackParent) stack = stack.nestedStackParent
  return stack.stackName
}
