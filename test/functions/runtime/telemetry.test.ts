import { describe, expect, test } from 'vitest'
import { deny } from '../../../contract/decision.ts'
import type { AuditFacts } from '../../../functions/runtime/audit.ts'
import { createTelemetry, type Decided, type Outcome } from '../../../functions/runtime/telemetry.ts'
import { readEmbedded } from '../../observability/embedded.ts'
import { linesIn, writesOf } from './written.ts'

const decided: Decided = {
  method: 'GET',
  requestId: 'id-1',
  sourceIp: '192.0.2.1',
  principal: { issuer: 'https://login.example.com', subject: 'user-1', client: '', tokenId: '' },
  fingerprint: 'policy-1',
}
const outcome: Outcome = { route: 'GET /deals', status: 200, startedAt: 1000, durationMs: 20, decided }

/** Telemetry of a gate, whose events are the facts they are made of. */
function open(gate: string | null = 'Crm') {
  const events: AuditFacts[] = []
  const audit = {
    line: (facts: AuditFacts) => {
      events.push(facts)
      return JSON.stringify({ event: events.length })
    },
  }
  return { events, telemetry: createTelemetry({ api: 'Api', gate, audit }) }
}

/** Metrics of a line, and their values. */
const measuredIn = (text: string): Record<string, unknown> =>
  Object.fromEntries(readEmbedded(text).map(({ name, values }) => [name, values[name]]))

describe('a request', () => {
  test('is one write of two lines: what was measured, and its event', () => {
    const { telemetry } = open()
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.handled(outcome)
    })
    expect(stdout).toHaveLength(1)
    expect(stdout[0]).toMatch(/^\{"_aws":.*\}\n\{"event":1\}\n$/)
  })

  test('says in its line all that was told of it, and what of its time was not the upstream’s', () => {
    const { telemetry } = open()
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.storeAsked(3)
      telemetry.storeWritten(1)
      telemetry.storeWritten(1)
      telemetry.limitUsed({ layer: 'user', percent: 40 })
      telemetry.stripped({ route: 'GET /deals', place: 'query', count: 2 })
      telemetry.upstreamRetried()
      telemetry.upstreamAnswered(12)
      telemetry.handled(outcome)
    })
    expect(measuredIn(stdout[0]?.split('\n')[0] ?? '')).toEqual({
      StoreLatency: 3,
      WriteUnits: [1, 1],
      LimitUse: 40,
      StrippedQuery: 2,
      UpstreamRetries: 1,
      UpstreamLatency: 12,
      Requests: 1,
      Errors: 0,
      Latency: 20,
      GatewayLatency: 8,
      ColdStarts: 1,
    })
  })

  test('has an event of the facts, and names of what was left behind only where they were told', () => {
    const { telemetry, events } = open()
    const denial = deny('input.invalid', {
      fields: [{ in: 'query', name: 'limit', detail: 'must be <= 100' }],
    })
    writesOf(() => {
      telemetry.arrived()
      telemetry.stripped({ route: 'GET /deals', place: 'query', count: 1 })
      telemetry.stripped({ route: 'GET /deals', place: 'header', count: 1, names: ['x-debug'] })
      telemetry.denied({ route: 'GET /deals', requestId: 'id-1', denial })
      telemetry.handled({ ...outcome, status: 400 })
    })
    expect(events).toEqual([
      {
        ...decided,
        door: 'Crm',
        route: 'GET /deals',
        status: 400,
        time: 1000,
        durationMs: 20,
        denial,
        upstreamMs: undefined,
        stripped: [
          { place: 'query', count: 1 },
          { place: 'header', count: 1, names: ['x-debug'] },
        ],
      },
    ])
  })

  test('has nothing in it of one before that never came to an end', () => {
    const { telemetry, events } = open()
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.upstreamAnswered(9000)
      telemetry.stripped({ route: 'GET /orders', place: 'body', count: 7 })
      telemetry.arrived()
      telemetry.handled(outcome)
    })
    expect(measuredIn(stdout[0]?.split('\n')[0] ?? '')).toMatchObject({ GatewayLatency: 20 })
    expect(stdout.join('')).not.toMatch(/Stripped|UpstreamLatency/)
    expect(events[0]).toMatchObject({ stripped: [], upstreamMs: undefined })
  })

  test.each([
    [499, 0],
    [500, 1],
  ])('that ends in %s counts as %s errors', (status, errors) => {
    const { telemetry } = open()
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.handled({ ...outcome, status })
    })
    expect(linesIn(stdout)[0]).toMatchObject({ Errors: errors })
  })

  test('of which no decision is recorded has no event', () => {
    const { telemetry, events } = open()
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.handled({ ...outcome, decided: null })
    })
    expect([linesIn(stdout).length, events]).toEqual([1, []])
  })

  test('has no event where the API has no audit trail', () => {
    const telemetry = createTelemetry({ api: 'Api', gate: 'Crm', audit: null })
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.handled(outcome)
    })
    expect(linesIn(stdout)).toHaveLength(1)
  })

  test('to the first door has no upstream among its dimensions', () => {
    const { telemetry } = open(null)
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.authorized({ ...outcome, decided: null })
    })
    const sets = readEmbedded(stdout[0] ?? '').map(({ name, dimensions }) => [name, dimensions.join()])
    expect(sets).toContainEqual(['ColdStarts', 'service,api'])
    expect(sets.flat().join()).not.toContain('upstream')
  })
})

describe('between requests', () => {
  test('what happens has a line of its own', () => {
    const { telemetry } = open()
    const { stdout } = writesOf(() => {
      telemetry.keyFetchFailed('the keys cannot be had')
      telemetry.storeWritten(1)
    })
    expect(linesIn(stdout).filter(line => '_aws' in line)).toMatchObject([
      { api: 'Api', KeyFetchFailures: 1 },
      { api: 'Api', WriteUnits: 1 },
    ])
  })

  test('a breaker is 1 in its metric when it opens and 0 when it closes; that it is half open is only logged', () => {
    const { telemetry } = open()
    const { stdout, stderr } = writesOf(() => {
      for (const state of ['open', 'half-open', 'open', 'half-open', 'closed'] as const)
        telemetry.breakerChanged(state)
    })
    const lines = linesIn([...stdout, ...stderr])
    const logged = lines.filter(({ message }) => message === 'breaker')
    expect(logged.map(({ upstream, state }) => [upstream, state])).toEqual(
      ['open', 'half-open', 'open', 'half-open', 'closed'].map(state => ['Crm', state]),
    )
    const counted = lines.filter(line => 'BreakerOpen' in line)
    expect(counted.map(({ api, upstream, BreakerOpen }) => [api, upstream, BreakerOpen])).toEqual([
      ['Api', 'Crm', 1],
      ['Api', 'Crm', 1],
      ['Api', 'Crm', 0],
    ])
  })

  test('a breaker that changes while a request waits is not in that one’s line', () => {
    const { telemetry } = open()
    const { stdout } = writesOf(() => {
      telemetry.arrived()
      telemetry.breakerChanged('open')
      telemetry.handled(outcome)
    })
    const lines = linesIn(stdout).filter(line => '_aws' in line)
    expect(lines.map(line => ['BreakerOpen' in line, 'Requests' in line])).toEqual([
      [true, false],
      [false, true],
    ])
  })
})
