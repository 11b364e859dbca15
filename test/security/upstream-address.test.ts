import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { gateEvent, startGateFunction } from './gate-function.ts'

const misleadingAnswers: readonly string[][] = JSON.parse(
  readFileSync(new URL('../support/misleading-answers.json', import.meta.url), 'utf8'),
)

let gate: Awaited<ReturnType<typeof startGateFunction>>
beforeAll(async () => {
  const preload = fileURLToPath(new URL('../support/misleading-resolver.mjs', import.meta.url))
  // One instance, so that the answers come in their order.
  gate = await startGateFunction({ preload, maxInstances: 1 })
})
afterAll(() => gate.close())

test.each(misleadingAnswers.map(addresses => addresses.join(' and ')))(
  'an upstream whose name resolves to %s gets 502 of the deployed gate, and no request',
  async () => {
    const before = gate.logs.length
    const event = gateEvent(gate.ticketFor('GET /deals'))
    const { statusCode, body } = await gate.invoke(event)
    expect([statusCode, JSON.parse(body).code]).toEqual([502, 'upstream.address_refused'])
    await vi.waitFor(() => expect(gate.logs.slice(before).join()).toContain('"upstream.address_refused"'))
    expect(gate.upstream.received).toEqual([])
  },
)
