import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import type { Controls } from 'sallyport/controls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Asked,
  anna,
  ask,
  inHours,
  issuer,
  otherRoute,
  robot,
  route,
  startMs,
  startTable,
  type TestTable,
  userLimit,
  why,
} from './support.ts'

let table: TestTable
beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.close())

interface Case {
  readonly what: string
  readonly order: (controls: Controls) => Promise<unknown>
  readonly undo: (controls: Controls) => Promise<unknown>
  readonly reason: string
  readonly refused: Asked | 'nobody'
  readonly untouched: Asked | 'nobody'
  /** How long it holds by itself, in seconds. @default two hours; null: until it is taken back */
  readonly holds?: number | null
}

const until = inHours(2)
const token = { issuer, tokenId: 'token-1' }
const place = { api: 'Api', route }
const behind = { api: 'Api', upstream: 'Crm' }
const network = '20010db800000001/64'

const cases: readonly Case[] = [
  {
    what: 'a user in quarantine',
    order: controls => controls.quarantine(anna, { until, why }),
    undo: controls => controls.release(anna, { why }),
    reason: 'control.quarantined',
    refused: {},
    untouched: { issuer: 'https://other.example.com' },
  },
  {
    what: 'a client in quarantine',
    order: controls => controls.quarantine(robot, { until, why }),
    undo: controls => controls.release(robot, { why }),
    reason: 'control.quarantined',
    refused: { subject: 'ben' },
    untouched: { client: '' },
  },
  {
    what: 'an address in quarantine, without a token',
    order: controls => controls.quarantine({ address: '203.0.113.7' }, { until, why }),
    undo: controls => controls.release({ address: '203.0.113.7' }, { why }),
    reason: 'control.quarantined',
    refused: 'nobody',
    untouched: { network: '203.0.113.8' },
  },
  {
    what: 'the network of an IPv6 address in quarantine',
    order: controls => controls.quarantine({ address: '2001:db8:0:1:ffff::1' }, { until, why }),
    undo: controls => controls.release({ address: '2001:0db8:0:1::2' }, { why }),
    reason: 'control.quarantined',
    refused: { network },
    untouched: { network: network.replace('1/', '2/') },
  },
  {
    what: 'a revoked token',
    order: controls => controls.revokeToken({ ...token, expiresAt: until }, { why }),
    undo: controls => controls.restore(token, { why }),
    reason: 'control.revoked',
    refused: {},
    untouched: { tokenId: 'token-2' },
    // A first door may accept it for a minute after its `exp`.
    holds: 2 * 3600 + 60,
  },
  {
    what: 'all of a user’s tokens, revoked,',
    order: controls => controls.revokeTokens(anna, { until, why }),
    undo: controls => controls.restore(anna, { why }),
    reason: 'control.revoked',
    refused: { issuedAt: null },
    untouched: { issuedAt: startMs / 1000 + 1 },
  },
  {
    what: 'all of a client’s tokens, revoked,',
    order: controls => controls.revokeTokens(robot, { until, why }),
    undo: controls => controls.restore(robot, { why }),
    reason: 'control.revoked',
    refused: { issuedAt: startMs / 1000 },
    untouched: { issuedAt: startMs / 1000 + 1 },
  },
  {
    what: 'a closed route',
    order: controls => controls.close(place, { why }),
    undo: controls => controls.open(place, { why }),
    reason: 'control.closed',
    refused: 'nobody',
    untouched: { route: otherRoute },
    holds: null,
  },
  {
    what: 'a closed upstream',
    order: controls => controls.close(behind, { until, why }),
    undo: controls => controls.open(behind, { why }),
    reason: 'control.closed',
    refused: { route: otherRoute },
    untouched: {},
  },
]
const isSubjects = ({ what }: Case) => what.includes('user')
const closesAll = ({ what }: Case) => what === 'a closed upstream'

describe.each([
  ['with a limit', [userLimit()]],
  ['with leases', [userLimit(true)]],
  ['without limits', []],
])('in an API %s,', (_, layers) => {
  test.each(cases)(
    '$what: refused by every instance within 5 s, and served again within 5 s of its reversal',
    async each => {
      const gates = [1, 2, 3, 4].map(() => table.gate(layers))
      const all = (asked: Asked | 'nobody') => Promise.all(gates.map(gate => ask(gate, asked)))
      const everywhere = (said: string) => gates.map(() => said)
      expect(await all(each.refused)).toEqual(everywhere('ok'))

      await each.order(table.controls())
      table.advance(5)
      expect(await all(each.refused)).toEqual(everywhere(each.reason))
      if (!closesAll(each)) expect(await all(each.untouched)).toEqual(everywhere('ok'))
      expect(await ask(table.gate(layers), each.refused)).toBe(each.reason)

      await each.undo(table.controls())
      table.advance(5)
      expect(await all(each.refused)).toEqual(everywhere('ok'))
      expect(await ask(table.gate(layers), each.refused)).toBe('ok')
    },
  )
})

test.each(cases.filter(isSubjects))(
  '$what: refused at once, by the very next request that is counted, while requests keep coming',
  async ({ order, refused, reason }) => {
    const gates = [1, 2, 3, 4].map(() => table.gate())
    const burst = () =>
      Promise.all(gates.flatMap(gate => Array.from({ length: 10 }, () => ask(gate, refused))))
    expect(new Set(await burst())).toEqual(new Set(['ok']))
    let ordered = false
    const underWay: string[] = []
    const load = (async () => {
      while (!ordered) underWay.push(...(await burst()))
    })()
    await order(table.controls())
    ordered = true
    await load
    expect(underWay).toContain('ok')
    expect(new Set(await burst())).toEqual(new Set([reason]))
  },
)

test.each(cases)('$what: until its time and not a second longer', async each => {
  const { order, refused, reason, holds = 2 * 3600 } = each
  const gate = table.gate()
  await order(table.controls())
  table.advance((holds ?? 1_000_000) - 1)
  expect(await ask(gate, refused)).toBe(reason)
  table.advance(1)
  expect(await ask(gate, refused)).toBe(holds === null ? reason : 'ok')
})

test('a user’s counts survive its controls, and its item outlives them', async () => {
  const gate = table.gate()
  for (let i = 0; i < 3; i += 1) await ask(gate)
  const counted = async () => {
    const item = (await table.items()).find(({ pk }) => pk?.S?.startsWith('user#'))
    const counts = Object.entries(item ?? {}).filter(([name]) => name.includes('.'))
    return { sum: counts.reduce((sum, [, { N }]) => sum + Number(N), 0), lasts: Number(item?.expiresAt?.N) }
  }
  expect((await counted()).sum).toBe(3)
  const end = inHours(90 * 24)
  await table.controls().quarantine(anna, { until: end, why })
  await table.controls().revokeTokens(anna, { until: end, why })
  expect((await counted()).sum).toBe(3)
  expect((await counted()).lasts).toBeGreaterThan(end.getTime() / 1000)
  await table.controls().release(anna, { why })
  expect((await counted()).sum).toBe(3)
  // What is counted meanwhile takes nothing from the control.
  table.advance(10)
  expect(await ask(table.gate())).toBe('control.revoked')
  expect((await counted()).lasts).toBeGreaterThan(end.getTime() / 1000)
})

test('a client’s quarantine does not end with the revocation of its tokens, nor the other way round', async () => {
  const fresh = { issuedAt: startMs / 1000 + 60 }
  const say = async () => {
    table.advance(5)
    return [await ask(table.gate()), await ask(table.gate(), fresh)]
  }
  await table.controls().quarantine(robot, { until, why })
  await table.controls().revokeTokens(robot, { until, why })
  expect(await say()).toEqual(['control.quarantined', 'control.quarantined'])
  await table.controls().release(robot, { why })
  expect(await say()).toEqual(['control.revoked', 'ok'])
  await table.controls().restore(robot, { why })
  expect(await say()).toEqual(['ok', 'ok'])
})

test('what is listed can be taken back by that name alone', async () => {
  const controls = table.controls()
  await controls.quarantine(anna, { until, why })
  await controls.revokeTokens(robot, { until, why })
  await controls.close(place, { why })
  expect(await ask(table.gate())).toBe('control.closed')
  for (const { name, about } of await controls.list()) {
    const lift = { subject: controls.release, client: controls.restore, route: controls.open }[String(about)]
    await lift?.({ listed: name }, { why })
  }
  expect(await controls.list()).toEqual([])
  expect(await ask(table.gate())).toBe('ok')
})

test('nothing is ordered, listed or written in a table that no gate has used: it may be another one', async () => {
  await table.client.send(
    new DeleteItemCommand({ TableName: table.table, Key: { pk: { S: 'control#shared' } } }),
  )
  const controls = table.controls()
  const asked = [
    () => controls.quarantine(anna, { until, why }),
    () => controls.release(anna, { why }),
    () => controls.close(place, { why }),
    () => controls.list(),
    () => controls.list(anna),
    () => controls.history(),
  ]
  for (const each of asked)
    await expect(each()).rejects.toMatchObject({
      code: 'unused',
      message: expect.stringMatching(
        /^table: state-[\w-]+, which has no key: no gate has used this table yet, or it is another table\n {2}allowed: .*\n {2}fix: .*STATE_TABLE/,
      ),
    })
  expect(await table.items()).toEqual([])
  await ask(table.gate())
  await controls.quarantine(anna, { until, why })
  expect(await ask(table.gate())).toBe('control.quarantined')
})

test('an operator who comes to a table of gates keeps its key', async () => {
  await ask(table.gate())
  const keyOf = async () => (await table.item('control#shared'))?.hashKey?.B
  const before = await keyOf()
  await Promise.all(
    [1, 2, 3].map(i => table.controls().quarantine({ address: `192.0.2.${i}` }, { until, why })),
  )
  expect(await keyOf()).toEqual(before)
})
