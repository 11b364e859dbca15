import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { clientOptions } from '../deployed.ts'
import { sns } from './calls.ts'
import type { Reader } from './reader.ts'

/** Without members that nobody stated: the service has them all. */
const stated = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(stated)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[name, stated(each)]])),
  )
}

export const alarm: Reader = {
  async read(origin, { physicalId }) {
    const client = new CloudWatchClient(clientOptions(origin))
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [physicalId] }))
    return stated(MetricAlarms[0] ?? {}) as Record<string, unknown>
  },
}

export const topic: Reader = {
  async read(origin, { physicalId }) {
    const { KmsMasterKeyId } = await sns(origin, physicalId)
    return { KmsMasterKeyId }
  },
}

export const topicPolicy: Reader = {
  async read(origin, { properties }) {
    const [arn] = properties.Topics as string[]
    const { Policy = '{}' } = await sns(origin, String(arn))
    return { Topics: properties.Topics, PolicyDocument: JSON.parse(Policy) }
  },
}
