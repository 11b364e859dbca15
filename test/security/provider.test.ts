import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'

// Against the real provider, over HTTP and TLS: what happens to callers when it rotates its keys, and when it is gone.

let desk: Awaited<ReturnType<typeof startDealDesk>>
beforeAll(async () => {
  desk = await startDealDesk()
})
afterAll(() => desk.close())
const provider = () => {
  if (!desk.issuer) throw new Error('the issuer is not the built-in one')
  return desk.issuer
}
afterEach(() => provider().resume())

/** A token of a caller of its own, whose limit no other uses up. */
const mint = () => desk.mint({ subject: randomUUID(), scope: 'deals:read' })
const call = async (token: string) => (await desk.call('/deals', { token })).status

/** As many callers at once, one request after another, each with a new token, until told to stop. */
function startTraffic(callers: number) {
  const statuses: number[] = []
  let isOver = false
  const caller = async () => {
    while (!isOver) statuses.push(await call(await mint()))
  }
  const all = Promise.all(Array.from({ length: callers }, caller))
  return {
    statuses,
    stop: async () => {
      isOver = true
      await all
      return statuses
    },
  }
}

describe('a rotation in the middle of traffic', () => {
  test('turns no valid request away, three times in a row', async () => {
    const traffic = startTraffic(4)
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const answered = traffic.statuses.length
      await vi.waitUntil(() => traffic.statuses.length > answered + 20, { timeout: 20_000 })
      await provider().rotateKeys()
    }
    const answered = traffic.statuses.length
    await vi.waitUntil(() => traffic.statuses.length > answered + 20, { timeout: 20_000 })
    const statuses = await traffic.stop()
    expect(statuses.filter(status => status !== 200)).toEqual([])
  })

  test('leaves tokens of the key before it valid, as long as that key is published', async () => {
    const before = await mint()
    await provider().rotateKeys()
    expect(await call(await mint())).toBe(200)
    expect(await call(before)).toBe(200)
  })
})

describe('while the provider is gone', () => {
  test('tokens of known keys are good, others are refused, and nobody has to help when it is back', async () => {
    expect(await call(await mint())).toBe(200)
    const [known, alsoKnown] = [await mint(), await mint()]
    await provider().rotateKeys()
    const ofNewKey = await mint()
    provider().pause()

    expect(await call(known)).toBe(200)
    await expectRefusal(await desk.call('/deals', { token: ofNewKey }), 401, 'token.rejected')
    expect(await call(alsoKnown)).toBe(200)

    provider().resume()
    // One fetch for the sake of an unknown key was in vain; the next comes ten seconds later.
    await vi.waitUntil(async () => (await call(ofNewKey)) === 200, { timeout: 20_000, interval: 250 })
  })

  test('a function that starts meanwhile answers 503, and 200 once it is back', async () => {
    const token = await mint()
    provider().pause()
    await desk.cloud.reload(inject('dealDesk'))
    await expectRefusal(await desk.call('/deals', { token }), 503, 'keys.unavailable')
    provider().resume()
    await pause(1000)
    await vi.waitUntil(async () => (await call(token)) === 200, { timeout: 10_000, interval: 100 })
  })
})
