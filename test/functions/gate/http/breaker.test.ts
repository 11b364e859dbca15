import { describe, expect, test } from 'vitest'
import { type Decision, deny } from '../../../../contract/decision.ts'
import { breakCircuit } from '../../../../functions/gate/upstreams/http/breaker.ts'
import type { Upstream, UpstreamAnswer } from '../../../../functions/gate/upstreams/upstream.ts'
import { requestOf } from '../http-exchange.ts'
import { answer, scripted, testParts, unanswered } from './support.ts'

const bounds = { failures: 2, of: 3, openForMs: 10_000 }
const get = requestOf('GET /a')

describe('a failure, of which two open the breaker,', () => {
  test.each<[what: string, says: Decision<UpstreamAnswer>]>([
    ['is no connection', unanswered],
    ['is a time-out', deny('upstream.timeout')],
    ['is an answer of 502', answer(502)],
    ['is an answer of 503', answer(503)],
    ['is an answer of 504', answer(504)],
  ])('%s', async (_, says) => {
    const { upstream, asked } = scripted(says)
    const { parts, states } = testParts()
    const send = breakCircuit(bounds, parts)(upstream)
    expect([await send(get, 1000), await send(get, 1000)]).toEqual([says, says])
    expect(states).toEqual(['open'])
    expect(await send(get, 1000)).toEqual(deny('upstream.circuit_open', { retryAfterSeconds: 10 }))
    expect(asked.length).toBe(2)
  })

  test.each<[what: string, says: Decision<UpstreamAnswer>]>([
    ['is not an answer of 500, which is of a request more often than of a service', answer(500)],
    ['is not an answer of 400', answer(400)],
    ['is not an answer of 429', answer(429)],
    ['is not an answer that cannot be passed on', deny('upstream.invalid_response')],
    ['is not a request that is too large', deny('input.too_large')],
    [
      'is not a request that the gate has no certificate for, of which the upstream saw nothing',
      deny('upstream.certificate_unavailable'),
    ],
  ])('%s', async (_, says) => {
    const { upstream, asked } = scripted(says)
    const { parts, states } = testParts()
    const send = breakCircuit(bounds, parts)(upstream)
    for (let sent = 0; sent < 10; sent++) expect(await send(get, 1000)).toBe(says)
    expect([states, asked.length]).toEqual([[], 10])
  })

  test('is not a fault of ours, which goes on as it is, also as a probe', async () => {
    const fault = new Error('a fault of ours')
    let next: Upstream = () => Promise.reject(fault)
    const { parts, clock, states } = testParts()
    const send = breakCircuit(bounds, parts)((request, withinMs) => next(request, withinMs))
    for (let sent = 0; sent < 3; sent++) await expect(send(get, 1000)).rejects.toBe(fault)
    expect(states).toEqual([])
    next = async () => unanswered
    for (let sent = 0; sent < 2; sent++) await send(get, 1000)
    clock.advance(10_000)
    next = () => Promise.reject(fault)
    await expect(send(get, 1000)).rejects.toBe(fault)
    next = async () => answer()
    expect(await send(get, 1000)).toEqual(answer())
    expect(states.at(-1)).toBe('closed')
  })
})

test('a refusal says in how many seconds the upstream is asked again: whole ones, and at least one', async () => {
  const { parts, clock } = testParts()
  const probe = Promise.withResolvers<Decision<UpstreamAnswer>>()
  let says: () => Promise<Decision<UpstreamAnswer>> = async () => unanswered
  const send = breakCircuit(bounds, parts)(() => says())
  const retryAfter = async () => {
    const decision = await send(get, 1000)
    return decision.ok ? undefined : decision.retryAfterSeconds
  }
  await send(get, 1000)
  await send(get, 1000)
  clock.advance(1)
  expect(await retryAfter()).toBe(10)
  clock.advance(8999)
  expect(await retryAfter()).toBe(1)
  clock.advance(1000)
  says = () => probe.promise
  const running = send(get, 1000)
  expect(await retryAfter()).toBe(1)
  probe.resolve(answer())
  expect(await running).toEqual(answer())
})
