interface AwsNamespace {
  readonly dimensions: readonly string[]
  readonly metrics: readonly string[]
  /** Where AWS says so. */
  readonly source: string
  /** Whether the local cloud has what it is about. */
  readonly playedLocally: boolean
}

/** What dashboards and alarms look at beside our own: AWS's metrics, by namespace, with the dimensions that they are looked up by. */
export const awsMetrics = {
  'AWS/ApiGateway': {
    dimensions: ['ApiName', 'Stage'],
    metrics: ['Count', '4XXError', '5XXError', 'Latency', 'IntegrationLatency'],
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html',
    playedLocally: true,
  },
  'AWS/Lambda': {
    dimensions: ['FunctionName'],
    metrics: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html',
    playedLocally: true,
  },
  'AWS/Firehose': {
    dimensions: ['DeliveryStreamName'],
    metrics: [
      'IncomingRecords',
      'DeliveryToS3.Records',
      'DeliveryToS3.Success',
      'DeliveryToS3.DataFreshness',
    ],
    source: 'https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html',
    playedLocally: true,
  },
  'AWS/Logs': {
    dimensions: ['LogGroupName', 'DestinationType', 'FilterName'],
    metrics: ['ForwardedLogEvents', 'DeliveryErrors', 'DeliveryThrottling'],
    source:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html',
    playedLocally: true,
  },
  'AWS/WAFV2': {
    dimensions: ['WebACL', 'Region', 'Rule'],
    metrics: ['AllowedRequests', 'BlockedRequests'],
    source: 'https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html',
    playedLocally: false,
  },
} as const satisfies Record<string, AwsNamespace>
