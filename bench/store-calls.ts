import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createCounters } from '../functions/gate/limits/counters.ts'
import { openCounterStore } from '../functions/gate/limits/dynamodb.ts'
import { startDynamoDb } from '../local/dynamodb/tables.ts'
import { figure, type Report } from './figure.ts'
import type { Stage } from './stage.ts'

const limit = { counter: 'bench', max: 60, periodSeconds: 60 }
const requests = 1000

/**
 * Calls to DynamoDB, counted at the SDK's client where they leave for the wire: of one warm instance, for a caller within
 * the limit and for one far beyond it. A counter that is written for every request is the baseline.
 */
export async function storeCalls(stage: Stage): Promise<Report> {
  const dynamodb = await startDynamoDb({ tables: stage.app.tables })
  const client = new DynamoDBClient({
    endpoint: dynamodb.origin,
    region: 'local',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    maxAttempts: 1,
  })
  try {
    let calls = 0
    client.middlewareStack.add(
      next => args => {
        calls += 1
        return next(args)
      },
      // Once for each attempt, so a retry would show.
      { step: 'finalizeRequest', priority: 'low' },
    )
    let clock = Date.now()
    const store = openCounterStore(String(stage.app.tables[0]?.TableName), client)
    const counters = createCounters(store, () => clock)

    const run = async (subject: string, everyMs: number) => {
      const outcome = { allowed: 0, denied: 0, calls: 0 }
      for (let request = 0; request < requests; request += 1) {
        clock += everyMs
        const before = calls
        const decision = await counters.take({ issuer: 'bench', subject }, limit)
        if (!decision.ok && decision.reason !== 'limit.user')
          throw new Error(`${decision.reason}: ${decision.note}`)
        outcome[decision.ok ? 'allowed' : 'denied'] += 1
        outcome.calls += calls - before
      }
      return outcome
    }
    // Within nine tenths of the limit for a quarter of an hour: old slices are cleared away meanwhile.
    const steady = await run('steady', 1200)
    if (steady.denied > 0) throw new Error('a caller within the limit was refused')
    // The limit is used up at once; what follows is a flood of 1,000 requests within ten seconds.
    for (let used = 0; used <= limit.max; used += 1)
      await counters.take({ issuer: 'bench', subject: 'flood' }, limit)
    const flood = await run('flood', 10)
    if (flood.allowed > 0) throw new Error('a caller beyond the limit was admitted')

    return {
      title: 'Calls to DynamoDB',
      baseline: 'one write for every request',
      figures: [
        figure('store-calls.per-1000-allowed', steady.calls, 'calls', {
          baseline: requests,
          goal: { of: 'ratio', atMost: 1.1 },
        }),
        figure('store-calls.per-1000-refused', flood.calls, 'calls', {
          baseline: requests,
          goal: { of: 'ratio', atMost: 0.01 },
        }),
      ],
    }
  } finally {
    client.destroy()
    await dynamodb.close()
  }
}
