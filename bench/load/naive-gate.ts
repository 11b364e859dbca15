import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import middy from '@middy/core'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { Agent } from 'undici'

// The libraries of a gate with an HTTP upstream, used the way their own guides do, for bundling with the defaults of the CDK.
const logger = new Logger({ serviceName: 'naive' })
const metrics = new Metrics({ namespace: 'naive', serviceName: 'naive' })
const client = new DynamoDBClient({ maxAttempts: 1 })
const agent = new Agent({ connect: { minVersion: 'TLSv1.3' } })

export const handler = middy<APIGatewayProxyEvent>().handler(async (event: APIGatewayProxyEvent) => {
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: process.env.STATE_TABLE,
        Key: { pk: { S: 'naive' } },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    )
    const origin = 'https://crm.internal.example.com'
    const { statusCode, body } = await agent.request({ origin, path: event.path, method: 'GET' })
    metrics.addMetric('Requests', MetricUnit.Count, 1)
    metrics.publishStoredMetrics()
    return { statusCode, body: await body.text() }
  } catch (error) {
    logger.error('failed', error as Error)
    throw error
  }
})
