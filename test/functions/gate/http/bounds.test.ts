import { describe, expect, test } from 'vitest'
import { type Decision, deny } from '../../../../contract/decision.ts'
import { boundConcurrency } from '../../../../functions/gate/upstreams/http/bulkhead.ts'
import { keepDeadline } from '../../../../functions/gate/upstreams/http/deadline.ts'
import { withstandFailures } from '../../../../functions/gate/upstreams/http/withstand-failures.ts'
import type { UpstreamAnswer } from '../../../../functions/gate/upstreams/upstream.ts'
import { requestOf } from '../http-exchange.ts'
import { answer, scripted, testParts } from './support.ts'

const get = requestOf('GET /a')

describe('requests at once', () => {
  test('are as many as are declared, and not one more until one of them ends, however it does', async () => {
    const running: Array<PromiseWithResolvers<Decision<UpstreamAnswer>>> = []
    const send = boundConcurrency(2)(() => {
      const one = Promise.withResolvers<Decision<UpstreamAnswer>>()
      running.push(one)
      return one.promise
    })
    const [first, second] = [send(get, 1000), send(get, 1000)]
    expect(await send(get, 1000)).toEqual(deny('upstream.overloaded'))
    running[0]?.reject(new Error('a fault of ours'))
    await expect(first).rejects.toThrow('a fault of ours')
    const third = send(get, 1000)
    expect(await send(get, 1000)).toEqual(deny('upstream.overloaded'))
    running[1]?.resolve(answer())
    running[2]?.resolve(answer())
    expect([await second, await third]).toEqual([answer(), answer()])
    expect(running.length).toBe(3)
  })
})

describe('the time of an upstream', () => {
  test.each([
    ['is what is declared, where more is left', 3000, 25_000, 3000],
    ['is what is left, where more is declared', 3000, 2999, 2999],
    ['can be 20 ms', 3000, 20, 20],
  ])('%s', async (_, declared, withinMs, given) => {
    const { upstream, asked } = scripted(answer())
    await keepDeadline(declared)(upstream)(get, withinMs)
    expect(asked.map(each => each.withinMs)).toEqual([given])
  })

  test.each([19, 0, -1])('is over with %i ms left: a time-out without a call', async withinMs => {
    const { upstream, asked } = scripted(answer())
    const decision = await keepDeadline(3000)(upstream)(get, withinMs)
    expect(decision).toEqual(deny('upstream.timeout', { note: 'no time left' }))
    expect(asked).toEqual([])
  })

  test('that is over before anything was sent says nothing against the upstream', async () => {
    const { upstream } = scripted(answer())
    const { parts, states } = testParts()
    const resilience = { retries: 1, breaker: { failures: 1, of: 1, openForMs: 1000 }, maxConcurrent: 1 }
    const send = withstandFailures({ timeoutMs: 3000, resilience }, parts)(upstream)
    await send(get, 0)
    expect(states).toEqual([])
    expect(await send(get, 3000)).toEqual(answer())
  })
})
