import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { ResilienceManifest } from '../../../../contract/upstream-manifest.ts'
import { withstandFailures } from '../../../../functions/gate/upstreams/http/withstand-failures.ts'
import { requestOf } from '../http-exchange.ts'
import { type Behaviour, resets, says, startUpstream, testParts } from './support.ts'

// What is around the exchange, as it is composed, before a server that fails: sockets are real, time is not.
const usual: ResilienceManifest = {
  retries: 1,
  breaker: { failures: 5, of: 10, openForMs: 10_000 },
  maxConcurrent: 50,
}
const perRequestMs = 10

const running: Array<{ close(): Promise<void> }> = []
afterEach(async () => {
  for (const upstream of running.splice(0)) await upstream.close()
})

async function setUp(behaviour: Behaviour, resilience = usual) {
  const upstream = await startUpstream(behaviour)
  running.push(upstream)
  const { parts, clock, states, told } = testParts()
  const send = withstandFailures({ timeoutMs: 3000, resilience }, parts)(upstream.exchange)
  const outcome = async (key = 'GET /a') => {
    const decision = await send(requestOf(key), 3000)
    return decision.ok ? decision.value.status : decision.reason
  }
  /** So many requests one after another, a hundred in a second; how often the upstream was called for them, and what came of it. */
  const sendAll = async (requests: number) => {
    const before = upstream.calls()
    const outcomes: Record<string, number> = {}
    for (let sent = 0; sent < requests; sent++) {
      const came = String(await outcome())
      outcomes[came] = (outcomes[came] ?? 0) + 1
      clock.advance(perRequestMs)
    }
    return { calls: upstream.calls() - before, outcomes }
  }
  return { upstream, clock, states, told, outcome, sendAll }
}

const figures = (what: string, calls: number) =>
  process.stdout.write(`calls to a failing upstream per 1,000 requests in 10 s, ${what}: ${calls}\n`)

describe('of a thousand requests in ten seconds, a failing upstream hears', () => {
  test('all of them and a tenth more where each connection fails, without a breaker', async () => {
    const { sendAll } = await setUp(resets, { ...usual, breaker: null })
    const { calls, outcomes } = await sendAll(1000)
    figures('resetting, without a breaker', calls)
    expect(outcomes).toEqual({ 'upstream.unreachable': 1000 })
    expect(calls).toBe(1000 + 104)
  })

  test.each<[what: string, Behaviour, toOpen: number]>([
    ['resets each connection, so that each is sent twice', resets, 10],
    ['answers 503', says(503), 5],
  ])('five until the breaker opens, and then probes alone, where it %s', async (what, behaviour, toOpen) => {
    const { sendAll, states, upstream, clock } = await setUp(behaviour)
    const opening = await sendAll(5)
    expect(opening.calls).toBe(toOpen)
    expect(states).toEqual(['open'])
    const open = await sendAll(1000)
    figures(`${what}: until it opens ${opening.calls}, then`, open.calls)
    const probes = states.filter(state => state === 'half-open').length
    expect(probes).toBe(1)
    // Retries are spent: a probe is one call.
    expect(open.calls).toBe(probes)
    expect(open.outcomes['upstream.circuit_open']).toBe(1000 - probes)
    // It is back: one probe, and everything is as before.
    upstream.behave(says(200))
    clock.advance(10_000)
    expect(await sendAll(20)).toEqual({ calls: 20, outcomes: { 200: 20 } })
    expect(states.slice(-2)).toEqual(['half-open', 'closed'])
  })
})

test('of fifty requests at once, one is the probe', async () => {
  const { sendAll, outcome, upstream, clock, states } = await setUp(says(503))
  await sendAll(5)
  clock.advance(10_000)
  upstream.behave(says(200))
  const before = upstream.calls()
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome()))
  expect(upstream.calls() - before).toBe(1)
  expect(outcomes.filter(came => came === 200).length).toBe(1)
  expect(outcomes.filter(came => came === 'upstream.circuit_open').length).toBe(49)
  expect(states.at(-1)).toBe('closed')
})

// A server ends idle connections when it likes; a request can be on its way just then.
describe('on a connection that the upstream closed while it was idle', () => {
  const oncePerConnection: Behaviour = ({ socket }, response, nth) => {
    if (nth > 1) socket.destroy()
    else response.end('{}')
  }

  test.each(['GET /a', 'PUT /a', 'DELETE /a'])(
    '%s is sent again on a new one, and nobody notices',
    async key => {
      const { outcome, upstream, told } = await setUp(oncePerConnection)
      expect(await outcome(key)).toBe(200)
      await turn() // until the connection is idle
      expect(await outcome(key)).toBe(200)
      expect([upstream.calls(), told.retries]).toEqual([3, 1])
    },
  )

  test('POST /a is not: it may have been carried out', async () => {
    const { outcome, upstream, told } = await setUp(oncePerConnection)
    expect(await outcome('POST /a')).toBe(200)
    await turn()
    expect(await outcome('POST /a')).toBe('upstream.unreachable')
    expect([upstream.calls(), told.retries]).toEqual([2, 0])
  })
})

test('an answer that breaks off is not asked for again', async () => {
  const { outcome, upstream } = await setUp((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":', () => response.destroy())
  })
  expect(await outcome()).toBe('upstream.unreachable')
  expect(upstream.calls()).toBe(1)
})

test('where nobody listens, a request is tried once more, and both tries are one failure', async () => {
  const breaker = { failures: 2, of: 2, openForMs: 1000 }
  const { outcome, told, upstream, states } = await setUp(says(200), { ...usual, breaker })
  await upstream.stop()
  expect(await outcome()).toBe('upstream.unreachable')
  expect([told.retries, states]).toEqual([1, []])
  expect(await outcome()).toBe('upstream.unreachable')
  expect([told.retries, states]).toEqual([2, ['open']])
})
