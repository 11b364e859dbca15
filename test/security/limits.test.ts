import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'
import { gateEvent, startGateFunction } from './gate-function.ts'

const perMinute = 60

describe('over HTTP', () => {
  let desk: Awaited<ReturnType<typeof startDealDesk>>
  beforeAll(async () => {
    desk = await startDealDesk()
  })
  afterAll(() => desk.close())

  const tokenOf = (subject: string) =>
    desk.mint({
      subject,
      scope: 'deals:read deals:write invoices:write',
      claims: { roles: ['sales', 'finance'] },
    })
  const statusOf = async (token: string, path = '/deals') => (await desk.call(path, { token })).status

  /** As many requests as given, so many at a time. */
  async function inParallel(
    requests: number,
    atATime: number,
    send: () => Promise<number>,
  ): Promise<number[]> {
    const statuses: number[] = []
    let left = requests
    const worker = async () => {
      while (left > 0) {
        left -= 1
        statuses.push(await send())
      }
    }
    await Promise.all(Array.from({ length: atATime }, worker))
    return statuses
  }
  const count = (statuses: readonly number[], status: number) => statuses.filter(s => s === status).length

  test('the 61st request of a user in a minute gets 429 with Retry-After, while another user gets 200', async () => {
    const [token, other] = await Promise.all([tokenOf(randomUUID()), tokenOf(randomUUID())])
    for (let i = 0; i < perMinute; i += 1) expect(await statusOf(token)).toBe(200)
    const before = desk.upstream.received.length
    const response = await desk.call('/deals', { token })
    await expectRefusal(response, 429, 'limit.user')
    const retryAfter = Number(response.headers.get('retry-after'))
    expect(Number.isInteger(retryAfter)).toBe(true)
    expect(retryAfter).toBeGreaterThanOrEqual(1)
    expect(retryAfter).toBeLessThanOrEqual(66)
    expect(desk.upstream.received.length).toBe(before)
    expect(await statusOf(other)).toBe(200)
  })

  test('exactly 60 of a burst of 100 pass, over several instances of the gate', async () => {
    const token = await tokenOf(randomUUID())
    await statusOf(await tokenOf(randomUUID()))
    const before = desk.upstream.received.length
    const statuses = await inParallel(100, 8, () => statusOf(token))
    expect([count(statuses, 200), count(statuses, 429)]).toEqual([60, 40])
    expect(desk.upstream.received.length - before).toBe(60)
  })

  test('exactly 60 of 100 requests sent at once pass', async () => {
    const token = await tokenOf(randomUUID())
    const statuses = await inParallel(100, 100, () => statusOf(token))
    expect([count(statuses, 200), count(statuses, 429)]).toEqual([60, 40])
  })

  test('a user is the same with every token, on every route of every gate, and with what is refused', async () => {
    const subject = randomUUID()
    const tokens = await Promise.all([tokenOf(subject), tokenOf(subject)])
    const kinds = [
      () => desk.call('/deals', { token: tokens[0] as string }),
      () => desk.call('/deals?limit=0', { token: tokens[1] as string }),
      () => desk.call(`/users/${subject}/deals`, { token: tokens[0] as string }),
      () => desk.call('/invoices', { token: tokens[1] as string, method: 'POST', body: '{}' }),
    ]
    for (let i = 0; i < perMinute; i += 1) expect((await kinds[i % 4]?.())?.status).not.toBe(429)
    for (const send of kinds) expect((await send()).status).toBe(429)
  })

  test('what a flood without permission does is not counted against anyone', async () => {
    const subject = randomUUID()
    const reading = await desk.mint({ subject, scope: 'deals:read' })
    for (let i = 0; i < perMinute + 5; i += 1) {
      expect((await desk.call('/deals', { token: reading, method: 'POST', body: '{}' })).status).toBe(403)
    }
    expect(await statusOf(reading)).toBe(200)
  })

  test('a route without a token has no limit per user', async () => {
    const statuses = await inParallel(perMinute + 5, 2, () => statusOf('a.b.c', '/health'))
    expect(count(statuses, 200)).toBe(perMinute + 5)
  })

  test('the state table holds neither issuers nor subjects', async () => {
    const subject = randomUUID()
    await statusOf(await tokenOf(subject))
    const items = JSON.stringify(await desk.cloud.scan(desk.cloud.tables()[0] as string))
    expect(items).toContain('user#')
    expect(items).not.toContain(subject)
    expect(items).not.toContain('example')
  })
})

describe('where the state table cannot be reached', () => {
  test('nothing passes: 503 with when to come back', async () => {
    const gate = await startGateFunction({ store: 'unreachable' })
    try {
      const answer = await gate.invoke(gateEvent(gate.ticketFor('GET /deals')))
      expect(answer.statusCode).toBe(503)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'store.unavailable' })
      expect(answer.headers['retry-after']).toBe('1')
      expect(gate.upstream.received).toEqual([])
    } finally {
      await gate.close()
    }
  })
})

describe('over ten instances of one gate', () => {
  test('exactly 60 of 100 concurrent requests pass', async () => {
    const gate = await startGateFunction({ maxInstances: 10 })
    try {
      const event = gateEvent(gate.ticketFor('GET /deals', { subject: randomUUID() }))
      const statuses: number[] = []
      for (let i = 0; i < 10; i += 1) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => gate.invoke(event)))
        statuses.push(...answers.map(({ statusCode }) => statusCode))
      }
      expect(gate.pool.stats().coldStarts).toBe(10)
      expect(statuses.filter(status => status === 200)).toHaveLength(60)
      expect(statuses.filter(status => status === 429)).toHaveLength(40)
      expect(gate.upstream.received).toHaveLength(60)
    } finally {
      await gate.close()
    }
  })
})
