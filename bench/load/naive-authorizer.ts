import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'

// The libraries of the first door, used the way their own guides do, for bundling with the defaults of the CDK.
const issuer = 'https://login.example.com'
const logger = new Logger({ serviceName: 'naive' })
const metrics = new Metrics({ namespace: 'naive', serviceName: 'naive' })
let keys: ReturnType<typeof createLocalJWKSet> | undefined

export const handler = async (event: APIGatewayRequestAuthorizerEvent) => {
  keys ??= await findKeys()
  try {
    const token = event.multiValueHeaders?.Authorization?.[0]?.slice('Bearer '.length) ?? ''
    return await jwtVerify(token, keys, {
      issuer,
      audience: 'https://api.example.com',
      algorithms: ['ES256'],
      typ: 'at+jwt',
    })
  } catch (error) {
    logger.info('denied', { known: error instanceof errors.JOSEError })
    metrics.singleMetric().addMetric('Denied', MetricUnit.Count, 1)
    throw new Error('Unauthorized')
  }
}

async function findKeys() {
  const { jwks_uri } = await json<{ jwks_uri: string }>(`${issuer}/.well-known/openid-configuration`)
  return createLocalJWKSet(await json<JSONWebKeySet>(jwks_uri))
}

const json = async <T>(url: string) => (await (await fetch(url)).json()) as T
