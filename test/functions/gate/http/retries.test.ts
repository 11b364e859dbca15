import { describe, expect, test } from 'vitest'
import { type Decision, type Deny, deny } from '../../../../contract/decision.ts'
import { failureOf } from '../../../../functions/gate/upstreams/http/answered.ts'
import { retryUnanswered } from '../../../../functions/gate/upstreams/http/retries.ts'
import type { UpstreamAnswer } from '../../../../functions/gate/upstreams/upstream.ts'
import { requestOf } from '../http-exchange.ts'
import { answer, scripted, testParts, unanswered } from './support.ts'

const withCode = (code: string) => Object.assign(new Error(code), { code })

describe('a request whose connection failed before an answer', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('is sent once more: %s', async method => {
    const { upstream, asked } = scripted(unanswered, answer())
    const { parts, told } = testParts()
    expect(await retryUnanswered(1, parts)(upstream)(requestOf(`${method} /a`), 1000)).toEqual(answer())
    expect([asked.length, told.retries]).toEqual([2, 1])
  })

  test.each(['POST', 'PATCH'])('is not sent again where that might do it twice: %s', async method => {
    const { upstream, asked } = scripted(unanswered, answer())
    const { parts, told } = testParts()
    expect(await retryUnanswered(2, parts)(upstream)(requestOf(`${method} /a`), 1000)).toBe(unanswered)
    expect([asked.length, told.retries]).toEqual([1, 0])
  })

  test.each([0, 1, 2])('is sent again %i times, where that is what is declared', async most => {
    const { upstream, asked } = scripted(unanswered)
    const { parts, told } = testParts()
    expect(await retryUnanswered(most, parts)(upstream)(requestOf('GET /a'), 1000)).toBe(unanswered)
    expect([asked.length, told.retries]).toEqual([1 + most, most])
  })

  test('waits before that, at random up to 50 ms and then 100, which its time is the less for', async () => {
    const { upstream, asked } = scripted(unanswered)
    const { parts, pauses } = testParts(() => 0.9)
    await retryUnanswered(2, parts)(upstream)(requestOf('GET /a'), 1000)
    expect(pauses).toEqual([45, 90])
    expect(asked.map(({ withinMs }) => withinMs)).toEqual([1000, 955, 865])
  })

  test('is sent again with 20 ms left after the pause, and not with less', async () => {
    for (const [withinMs, times] of [
      [45, 2],
      [44, 1],
    ] as const) {
      const { upstream, asked } = scripted(unanswered)
      await retryUnanswered(1, testParts().parts)(upstream)(requestOf('GET /a'), withinMs)
      expect(asked.length).toBe(times)
    }
  })

  test('has only the time left that its first try did not take', async () => {
    const { parts, clock } = testParts(() => 0)
    const given: number[] = []
    const slow = retryUnanswered(
      1,
      parts,
    )(async (_, withinMs) => {
      given.push(withinMs)
      clock.advance(700)
      return unanswered
    })
    await slow(requestOf('GET /a'), 1000)
    expect(given).toEqual([1000, 300])
  })
})

describe('what is never sent again', () => {
  test.each<[what: string, says: Deny | ReturnType<typeof answer>]>([
    ['a time-out', deny('upstream.timeout')],
    ['an answer that broke off', failureOf(withCode('UND_ERR_SOCKET'), true) as Deny],
    ['an answer that cannot be read', failureOf(withCode('UND_ERR_HEADERS_OVERFLOW'), false) as Deny],
    ['a request that is too large', deny('input.too_large')],
    ['an answer of 502', answer(502)],
    ['an answer of 503', answer(503)],
    ['an answer of 429', answer(429)],
  ])('%s', async (_, says) => {
    const { upstream, asked } = scripted(says, answer())
    expect(await retryUnanswered(2, testParts().parts)(upstream)(requestOf('GET /a'), 1000)).toBe(says)
    expect(asked.length).toBe(1)
  })

  test.each<[code: string, again: boolean]>([
    ['ECONNREFUSED', true],
    ['ECONNRESET', true],
    ['EPIPE', true],
    ['UND_ERR_SOCKET', true],
    ['ENOTFOUND', false],
    ['EHOSTUNREACH', false],
    ['ETIMEDOUT', false],
    ['UND_ERR_CONNECT_TIMEOUT', false],
    ['UND_ERR_HEADERS_TIMEOUT', false],
    ['CERT_HAS_EXPIRED', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', false],
  ])('or is, by what Node and undici call it: %s, %s', async (code, again) => {
    const { upstream, asked } = scripted(failureOf(withCode(code), false))
    await retryUnanswered(1, testParts().parts)(upstream)(requestOf('GET /a'), 1000)
    expect(asked.length).toBe(again ? 2 : 1)
  })
})

describe('the budget of retries', () => {
  const sendAll = async (requests: number, says: ReadonlyArray<Decision<UpstreamAnswer>>) => {
    const { upstream, asked } = scripted(...says)
    const { parts, told } = testParts()
    const send = retryUnanswered(1, parts)(upstream)
    for (let sent = 0; sent < requests; sent++) await send(requestOf('GET /a'), 1000)
    return { asked: asked.length, retries: told.retries }
  }

  test('is five at once, and one more for each ten requests: an outage costs a tenth more calls', async () => {
    expect((await sendAll(5, [unanswered])).retries).toBe(5)
    expect((await sendAll(9, [unanswered])).retries).toBe(5)
    expect((await sendAll(1000, [unanswered])).asked).toBe(1000 + 105 - 1)
  })

  test('saves up no more than five, however long all went well', async () => {
    const well = Array.from({ length: 500 }, () => answer())
    expect((await sendAll(509, [...well, unanswered])).retries).toBe(5)
  })
})

test('what a layer throws is not a connection that failed', async () => {
  const fault = new Error('a fault of ours')
  const send = retryUnanswered(2, testParts().parts)(() => Promise.reject(fault))
  await expect(send(requestOf('GET /a'), 1000)).rejects.toBe(fault)
})
