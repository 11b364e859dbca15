import fc from 'fast-check'
import { ControlError, ControlIncomplete } from 'sallyport/controls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeControl } from '../../contract/control.ts'
import { anna, ask, inHours, issuer, robot, type Send, startTable, type TestTable, why } from './support.ts'

let table: TestTable
beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.close())

const until = inHours(2)
const control = (kind: 'quarantine' | 'close', untilSeconds: number | null = null) => ({
  S: writeControl({ kind, until: untilSeconds, issuedBefore: null, by: 'ops', why, at: 1 }),
})
const address = (i: number) => ({ address: `10.0.${i >> 8}.${i & 255}` })
const errorOf = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    () => 'no error',
    error => error,
  )
const codeOf = async (failing: Promise<unknown>) => {
  const error = await errorOf(failing)
  return error instanceof ControlError ? error.code : error
}

describe('the state table', () => {
  test('holds no issuer, subject, client, address or token, whatever is ordered', async () => {
    const controls = table.controls()
    const secrets = { issuer: 'https://login.example.com', subject: 'anna.smith', client: 'robot-7' }
    const orders = [
      () => controls.quarantine({ issuer, subject: secrets.subject }, { until, why }),
      () => controls.release({ issuer, subject: secrets.subject }, { why }),
      () => controls.revokeTokens({ issuer, subject: secrets.subject }, { until, why }),
      () => controls.restore({ issuer, subject: secrets.subject }, { why }),
      () => controls.quarantine({ issuer, client: secrets.client }, { until, why }),
      () => controls.quarantine({ address: '203.0.113.77' }, { until, why }),
      () => controls.release({ address: '203.0.113.77' }, { why }),
      () => controls.revokeToken({ issuer, tokenId: 'jti-9', expiresAt: until }, { why }),
    ]
    for (const order of orders) await order()
    const text = JSON.stringify(await table.items())
    for (const secret of [...Object.values(secrets), '203.0.113.77', 'jti-9'])
      expect(text).not.toContain(secret)
    expect(text).toContain('quarantine')
  })

  test('makes gates refuse everybody while its shared item has a control that cannot be read, and lists it first', async () => {
    const controls = table.controls()
    await controls.quarantine(robot, { until, why })
    const item = await table.item('control#shared')
    for (const [name, value] of [
      ['route Api GET /deals', { S: '{"kind":"close"}' }],
      ['token x', { N: '1' }],
      ['unknown', { S: 'x' }],
      ['odd\nname', { S: '{' }],
      ['user#odd', { S: '{' }],
      ["route x'; touch /tmp/pwned; '", { S: '{' }],
    ] as const) {
      await table.put({ ...item, [name]: value } as Parameters<typeof table.put>[0])
      await expect(ask(table.gate(), { client: 'another' })).rejects.toThrow()
      const verb = name.startsWith('route') ? 'open' : name.startsWith('token') ? 'restore' : 'release'
      expect((await controls.list())[0]).toMatchObject({ name, control: null, lift: verb })
      expect(await controls[verb]({ listed: name }, { why })).toMatchObject({
        before: 'unreadable',
        control: null,
      })
      expect(await ask(table.gate(), { client: 'another' })).toBe('ok')
    }
    expect(await controls.list()).toHaveLength(1)
  })

  test.each([
    ['quarantine', 'release', 'control.quarantined'],
    ['revoke', 'restore', 'control.revoked'],
  ] as const)(
    'makes gates refuse a subject whose %s cannot be read, and nobody else; what the list says ends it, and an order anew mends it',
    async (attribute, lift, reason) => {
      const controls = table.controls()
      const order = () => controls[attribute === 'revoke' ? 'revokeTokens' : attribute](anna, { until, why })
      const { name } = await order()
      const spoil = () => table.put({ pk: { S: name }, [attribute]: { S: '{}' } })
      await spoil()
      await expect(ask(table.gate())).rejects.toThrow()
      expect(await ask(table.gate(), { subject: 'ben' })).toBe('ok')
      const unreadable = { name, about: 'subject', control: null, lift }
      expect([await controls.list(anna), await controls.list()]).toEqual([[unreadable], [unreadable]])
      expect(await controls[lift]({ listed: name }, { why })).toMatchObject({ before: 'unreadable' })
      expect(await ask(table.gate())).toBe('ok')
      await spoil()
      expect(await order()).toMatchObject({ before: 'unreadable' })
      expect(await ask(table.gate())).toBe(reason)
    },
  )

  test('is left alone where its key is not one: a new one would forget every control', async () => {
    await table.put({ pk: { S: 'control#shared' }, hashKey: { S: 'x' } })
    expect(await codeOf(table.controls().quarantine(anna, { until, why }))).toBe('unreadable')
    expect(await table.items()).toHaveLength(1)
  })
})

describe('controls that are no subject’s own', () => {
  const fill = async (count: number, untilSeconds: number | null) => {
    await table.controls().list()
    const item = await table.item('control#shared')
    const all = Array.from({ length: count }, (_, i) => [`address ${i}`, control('quarantine', untilSeconds)])
    await table.put({ ...item, ...Object.fromEntries(all) } as Parameters<typeof table.put>[0])
  }

  test('are 500 at the most', async () => {
    await fill(499, null)
    await table.controls().quarantine(address(1), { until, why })
    expect(await codeOf(table.controls().quarantine(address(2), { until, why }))).toBe('full')
    // One that stands already takes no more room, and a subject's own takes none.
    await table.controls().quarantine(address(1), { until: inHours(3), why })
    await table.controls().quarantine(anna, { until, why })
    await table.controls().release(address(1), { why })
    await table.controls().quarantine(address(2), { until, why })
  })

  test('are removed when they are over, before there is no room', async () => {
    await fill(500, table.now() / 1000)
    await table.controls().quarantine(address(1), { until, why })
    expect(await table.controls().list()).toHaveLength(1)
    for (let i = 2; i < 12; i += 1) await table.controls().quarantine(address(i), { until, why })
    expect(Object.keys((await table.item('control#shared')) ?? {})).toHaveLength(2 + 11)
  })

  test('fit into the item, however long their reasons and names are', async () => {
    await table.controls().list()
    const item = await table.item('control#shared')
    const long = '\u{1F6AA}'.repeat(100)
    const all = Array.from({ length: 490 }, (_, i) => [
      `route Api GET /${'x'.repeat(300)}${i}`,
      { S: writeControl({ kind: 'close', until: null, issuedBefore: null, by: 'ops', why: long, at: 1 }) },
    ])
    const few = Object.fromEntries(all.slice(0, 460))
    await table.put({ ...item, ...few } as Parameters<typeof table.put>[0])
    expect(await codeOf(table.controls().quarantine(address(1), { until, why: long }))).toBe('full')
  })

  test('by 40 operators at once all stand, none having overwritten another’s', async () => {
    const orders = Array.from({ length: 40 }, (_, i) =>
      table.controls(`ops-${i}`).quarantine(address(i), { until, why }),
    )
    await Promise.all(orders)
    expect(await table.controls().list()).toHaveLength(40)
    expect(await table.controls().history()).toHaveLength(40)
  })

  test('take little room in the item that every gate reads: who ordered them, and why, stands elsewhere', async () => {
    const [by, longWhy] = ['b'.repeat(100), 'w'.repeat(200)]
    const controls = table.controls(by)
    for (let i = 0; i < 50; i += 1) await controls.quarantine(address(i), { until, why: longWhy })
    const item = await table.item('control#shared')
    const size = Object.entries(item ?? {}).reduce(
      (sum, [name, { S = '' }]) => sum + name.length + S.length,
      0,
    )
    // 500 of them are read with 10 units of 4 KB, eventually consistent.
    expect(size * 10).toBeLessThan(80_000)
    const listed = await controls.list()
    expect(listed).toHaveLength(50)
    for (const each of listed) expect(each.control).toMatchObject({ by, why: longWhy })
    expect(await controls.list(address(7))).toMatchObject([{ control: { by, why: longWhy } }])
    expect(await controls.release(address(7), { why })).toMatchObject({ before: { by, why: longWhy } })
  })

  test('are listed without who ordered them and why, where only of another order it is known', async () => {
    await table.controls('first').quarantine(robot, { until, why: 'the first' })
    const item = await table.item('control#shared')
    const [name = ''] = Object.keys(item ?? {}).filter(each => each.startsWith('client '))
    await table.put({ ...item, [name]: control('quarantine', until.getTime() / 1000 + 1) } as Parameters<
      typeof table.put
    >[0])
    expect(await table.controls().list()).toMatchObject([{ control: { by: 'ops', why } }])
    const bare = JSON.stringify({ ...JSON.parse(String(control('quarantine').S)), by: '', why: '' })
    await table.put({ ...item, [name]: { S: bare } } as Parameters<typeof table.put>[0])
    expect(await table.controls().list()).toMatchObject([{ control: { by: '', why: '' } }])
    // Ordered again, it is known who did.
    await table.controls('second').quarantine(robot, { until, why: 'the second' })
    expect(await table.controls().list()).toMatchObject([
      { control: { until: null, by: 'second', why: 'the second' } },
    ])
  })

  test('ordered twice in the same instant: the second operator is told of the first', async () => {
    // The first one's order is made while the second one has read that nothing stands there.
    let hasOvertaken = false
    const slow = table.controls('second', async command => {
      if (nameOf(command) === 'UpdateItemCommand' && !hasOvertaken) {
        hasOvertaken = true
        await table.controls('first').quarantine(robot, { until: inHours(9), why: 'the first' })
      }
      return table.client.send(command as never)
    })
    await table.controls().list()
    const failing = slow.quarantine(robot, { until, why: 'the second' })
    await expect(failing).rejects.toThrow(/changed by first \(“the first”\) at the same time/)
    expect(await codeOf(failing)).toBe('conflict')
    expect((await table.controls().list())[0]?.control?.by).toBe('first')
  })
})

describe('an order about what is ordered already', () => {
  const ends = (hours: number) => inHours(hours).getTime() / 1000
  const targets = [
    ['a user', anna],
    ['a client', robot],
  ] as const

  test.each([...targets, ['an address', address(1)]] as const)(
    'of %s ends nothing earlier, unless that is asked for',
    async (_, target) => {
      const [first, second] = [table.controls('anna'), table.controls('alarm')]
      await first.quarantine(target, { until: inHours(720), why: 'fraud' })
      table.advance(1)
      for (const hours of [2, 720])
        expect(await second.quarantine(target, { until: inHours(hours), why: 'alarm' })).toMatchObject({
          control: { until: ends(720), by: 'anna', why: 'fraud' },
          before: { until: ends(720) },
          kept: hours === 2 ? ['until'] : [],
          // What would be taken back is anna's.
          undo: null,
        })
      expect(await second.list(target)).toMatchObject([{ control: { until: ends(720), by: 'anna' } }])
      expect(await second.history()).toHaveLength(3)
      const asked = target === anna ? {} : target === robot ? {} : { network: '10.0.0.1' }
      table.advance(719 * 3600)
      expect(await ask(table.gate(), asked)).toBe('control.quarantined')

      expect(await second.quarantine(target, { until: inHours(721), why: 'alarm' })).toMatchObject({
        control: { until: ends(721), by: 'alarm' },
        kept: [],
        undo: 'release',
      })
      expect(
        await second.quarantine(target, { until: inHours(719.5), why: 'over soon', shorten: true }),
      ).toMatchObject({
        control: { until: ends(719.5), by: 'alarm', why: 'over soon' },
        kept: [],
      })
      table.advance(1800)
      expect(await ask(table.gate(), asked)).toBe('ok')
      // What is over does not count.
      table.advance(5)
      expect(await first.quarantine(target, { until: inHours(720), why })).toMatchObject({
        kept: [],
        control: { until: ends(720) },
      })
    },
  )

  test.each(targets)('of tokens of %s brings none back, unless that is asked for', async (_, target) => {
    const [first, second] = [table.controls('anna'), table.controls('bot')]
    await first.revokeTokens(target, { until: inHours(24), why: 'leak' })
    const earlier = { until: inHours(1), issuedBefore: inHours(-24), why: 'older' }
    expect(await second.revokeTokens(target, earlier)).toMatchObject({
      control: { until: ends(24), issuedBefore: ends(0), by: 'anna' },
      kept: ['until', 'issuedBefore'],
    })
    table.advance(3600)
    expect(await ask(table.gate(), { issuedAt: ends(0) })).toBe('control.revoked')
    // Each of the two terms by itself.
    expect(await second.revokeTokens(target, { until: inHours(2), why: 'leak' })).toMatchObject({
      control: { until: ends(24), issuedBefore: ends(1), by: 'bot' },
      kept: ['until'],
      undo: 'restore',
    })
    expect(
      await second.revokeTokens(target, { until: inHours(25), issuedBefore: inHours(0), why: 'leak' }),
    ).toMatchObject({ control: { until: ends(25), issuedBefore: ends(1) }, kept: ['issuedBefore'] })
    await second.revokeTokens(target, { ...earlier, until: inHours(3), shorten: true })
    expect(await ask(table.gate(), { issuedAt: ends(0) })).toBe('ok')
  })

  test('of a token or a route ends nothing earlier either; what has no end keeps none', async () => {
    const controls = table.controls()
    const token = { issuer, tokenId: 'a' }
    await controls.revokeToken({ ...token, expiresAt: inHours(2) }, { why })
    expect(await controls.revokeToken({ ...token, expiresAt: inHours(1) }, { why })).toMatchObject({
      control: { until: ends(2) + 60 },
      kept: ['until'],
    })
    const place = { api: 'Api', route: 'GET /deals' }
    await controls.close(place, { why })
    expect(await controls.close(place, { until: inHours(1), why })).toMatchObject({
      control: { until: null },
      kept: ['until'],
    })
    expect(await controls.close(place, { until: inHours(1), why, shorten: true })).toMatchObject({
      control: { until: ends(1) },
    })
    expect(await controls.close(place, { why })).toMatchObject({
      control: { until: null },
      kept: [],
      undo: 'open',
    })
  })

  test.each(targets)(
    'of %s in the same instant overwrites nothing: the second is told of the first',
    async (_, target) => {
      for (const verb of ['order', 'release'] as const) {
        await table.controls('zero').quarantine(target, { until, why: 'the last', shorten: true })
        let hasOvertaken = false
        const slow = table.controls('second', async command => {
          // Past the index, where it writes what it decided on what it had read.
          const key = (command as { input: { Key?: { pk?: { S?: string } } } }).input.Key?.pk?.S ?? ''
          const decides = nameOf(command) === 'UpdateItemCommand' && /^user#|^control#shared/.test(key)
          if (decides && !hasOvertaken) {
            hasOvertaken = true
            await table.controls('first').quarantine(target, { until: inHours(9), why: 'the first' })
          }
          return table.client.send(command as never)
        })
        const failing =
          verb === 'order'
            ? slow.quarantine(target, { until: inHours(3), why })
            : slow.release(target, { why })
        await expect(failing).rejects.toThrow(/changed by first/)
        expect(await codeOf(failing)).toBe(verb === 'order' ? 'conflict' : 'incomplete')
        expect((await table.controls().list())[0]?.control).toMatchObject({ by: 'first', until: ends(9) })
      }
    },
  )

  test('of a user is not held up by requests that are counted meanwhile', async () => {
    const gate = table.gate()
    let asked = 0
    const controls = table.controls('ops', async command => {
      if (nameOf(command) === 'UpdateItemCommand') {
        table.advance(1)
        asked += 1
        await ask(gate)
      }
      return table.client.send(command as never)
    })
    await controls.quarantine(anna, { until, why })
    expect(asked).toBe(3)
    expect(await ask(table.gate())).toBe('control.quarantined')
  })
})

const nameOf = (command: unknown) => (command as object).constructor.name

describe('the journal', () => {
  test('says who did what, when, why and until when, and how it is taken back; newest first', async () => {
    await table.controls('eve').quarantine(anna, { until, why: 'INC-1' })
    table.advance(60)
    await table.controls('bob').release(anna, { why: 'INC-1 is over' })
    table.advance(60)
    await table.controls('bob').close({ api: 'Api', route: 'GET /deals' }, { why: 'INC-2' })
    const at = table.now() / 1000
    const name = expect.stringMatching(/^user#[\w-]{43}$/)
    const ends = until.getTime() / 1000
    const quarantine = { verb: 'quarantine', by: 'eve', why: 'INC-1', at: at - 120, name, until: ends }
    expect(await table.controls().history()).toMatchObject([
      { verb: 'close', by: 'bob', name: 'route Api GET /deals', until: null, before: null, undo: 'open', at },
      {
        verb: 'release',
        by: 'bob',
        why: 'INC-1 is over',
        name,
        at: at - 60,
        before: { kind: 'quarantine', by: 'eve', until: ends },
        undo: 'quarantine',
      },
      { ...quarantine, before: null, undo: 'release' },
    ])
  })

  test('goes on in further items, each of them small, and over the months', async () => {
    const controls = table.controls()
    const longWhy = 'x'.repeat(200)
    for (let i = 0; i < 130; i += 1) {
      await controls.quarantine(anna, { until: inHours(48 + i), why: longWhy })
      // Another operator finds the last one.
      if (i % 10 === 0) await table.controls().close({ api: 'Api', upstream: 'Crm' }, { why: longWhy })
    }
    const items = (await table.items()).filter(({ pk }) => pk?.S?.startsWith('control#journal#'))
    const keys = items.map(({ pk }) => pk?.S).sort()
    expect(keys.length).toBeGreaterThan(1)
    expect(keys.slice(0, 2)).toEqual(['control#journal#2026-11', 'control#journal#2026-11#2'])
    for (const item of items) expect(JSON.stringify(item).length).toBeLessThan(80_000)
    expect(await controls.history()).toHaveLength(143)
    table.advance(20 * 86_400)
    await controls.release(anna, { why })
    await controls.quarantine(anna, { until: new Date(table.now() + 1000), why })
    expect((await controls.history({ months: 1 })).length).toBeLessThan(3)
    expect((await controls.history({ months: 2 })).length).toBeGreaterThan(143)
  })

  test('takes entries of many operators at once', async () => {
    const orders = Array.from({ length: 30 }, (_, i) =>
      table.controls(`ops-${i}`).quarantine({ issuer, subject: `user-${i}` }, { until, why }),
    )
    await Promise.all(orders)
    expect(new Set((await table.controls().history()).map(({ by }) => by)).size).toBe(30)
  })
})

describe('the list', () => {
  test('has what is in force, whoever ordered it, and for as long as it is', async () => {
    const names = Array.from({ length: 150 }, (_, i) => ({ issuer, subject: `user-${i}` }))
    for (const each of names) await table.controls().quarantine(each, { until, why })
    await table.controls().revokeTokens(anna, { until: inHours(3), why })
    await table.controls().quarantine(robot, { until: inHours(3), why })
    expect(await table.controls().list()).toHaveLength(152)
    table.advance(2 * 3600)
    expect((await table.controls().list()).map(({ about }) => about).sort()).toEqual(['client', 'subject'])
  })

  test('has a subject as long as any of its controls holds, in whatever order they were given', async () => {
    const controls = table.controls()
    await controls.revokeTokens(anna, { until: inHours(5), why })
    await controls.quarantine(anna, { until: inHours(1), why })
    table.advance(3600)
    expect(await controls.list()).toMatchObject([{ about: 'subject', control: { kind: 'revoke' } }])
    await controls.restore(anna, { why })
    expect(await controls.list()).toEqual([])
  })

  test('answers for one', async () => {
    const controls = table.controls()
    await controls.quarantine(anna, { until, why })
    await controls.quarantine(robot, { until, why })
    await controls.revokeTokens(robot, { until, why })
    await controls.close({ api: 'Api', route: 'GET /a' }, { why })
    const kinds = async (...of: Parameters<typeof controls.list>) =>
      (await controls.list(...of)).map(({ control: found }) => found?.kind).sort()
    expect(await kinds(anna)).toEqual(['quarantine'])
    expect(await kinds({ issuer, subject: 'ben' })).toEqual([])
    expect(await kinds(robot)).toEqual(['quarantine', 'revoke'])
    expect(await kinds({ api: 'Api', route: 'GET /a' })).toEqual(['close'])
    expect(await kinds({ api: 'Other', route: 'GET /a' })).toEqual([])
    expect(await kinds({ address: '203.0.113.7' })).toEqual([])
  })
})

test('an order says whether its caller was ever counted, so that a misspelt name is noticed', async () => {
  await ask(table.gate())
  expect(await table.controls().quarantine(anna, { until, why })).toMatchObject({ counted: true })
  expect(await table.controls().quarantine({ issuer, subject: 'ana' }, { until, why })).toMatchObject({
    counted: false,
  })
})

describe('what fails midway', () => {
  /** Fails at the given write, before or after the table has made it. */
  const failing = (at: number, when: 'before' | 'after'): Send => {
    let writes = 0
    return async command => {
      const isWrite = nameOf(command) === 'UpdateItemCommand'
      if (isWrite) writes += 1
      const fails = isWrite && writes === at
      if (fails && when === 'before') throw Object.assign(new Error('secret'), { name: 'Lost' })
      const answer = await table.client.send(command as never)
      if (fails) throw Object.assign(new Error('secret'), { name: 'Lost' })
      return answer
    }
  }
  const targets = {
    user: (subject: string) => ({ issuer, subject }),
    client: (client: string) => ({ issuer, client }),
  }
  const asked = (who: 'user' | 'client', name: string) => ask(table.gate(), targets[who](name))

  test.each([
    ['user', 1, ['in force', 'recorded'], ['listed']],
    ['user', 2, ['listed'], ['in force', 'recorded']],
    ['user', 3, ['listed', 'in force'], ['recorded']],
    ['client', 2, ['in force', 'recorded'], ['explained']],
    ['client', 3, ['in force', 'explained'], ['recorded']],
  ] as const)(
    'of a %s’s quarantine (write %i) says what was done, and is whole when it is run again',
    async (who, at, done, left) => {
      await table.controls().list()
      for (const when of ['before', 'after'] as const) {
        const [target, order] = [targets[who](when), { until, why }]
        const broken = table.controls('ops', failing(at, when))
        const error = await errorOf(broken.quarantine(target, order))
        expect(error).toBeInstanceOf(ControlIncomplete)
        expect(error).toMatchObject({ code: 'incomplete', done, left })
        expect(String(error)).not.toContain('secret')
        await table.controls().quarantine(target, order)
        expect(await asked(who, when)).toBe('control.quarantined')
        expect(await table.controls().list()).toMatchObject([{ control: { by: 'ops', why } }])
        expect(await table.controls().history({ months: 1 })).toContainEqual(
          expect.objectContaining({ verb: 'quarantine', by: 'ops', why }),
        )
        await table.controls().release(target, { why })
      }
    },
  )

  test.each(['user', 'client'] as const)(
    'of a %s’s release says so, and is whole when it is run again',
    async who => {
      for (const when of ['before', 'after'] as const) {
        const target = targets[who](when)
        await table.controls().quarantine(target, { until, why })
        const error = await errorOf(table.controls('ops', failing(2, when)).release(target, { why }))
        expect(error).toMatchObject({ code: 'incomplete', done: ['recorded'], left: ['taken back'] })
        await table.controls().release(target, { why })
        expect(await asked(who, when)).toBe('ok')
      }
    },
  )

  test('at the first write is the table’s own error: nothing was done', async () => {
    await table.controls().list()
    await expect(
      table.controls('ops', failing(1, 'before')).quarantine(robot, { until, why }),
    ).rejects.toMatchObject({
      name: 'Lost',
    })
    expect(await table.controls().list()).toEqual([])
    expect(await table.controls().history()).toEqual([])
  })

  test('by an answer that got lost, and was sent again by the SDK, is made once', async () => {
    await table.controls().list()
    const twice: Send = async command => {
      if (nameOf(command) === 'UpdateItemCommand') await table.client.send(command as never)
      return table.client.send(command as never)
    }
    const controls = table.controls('ops', twice)
    expect((await controls.quarantine(robot, { until, why })).control?.by).toBe('ops')
    expect(await controls.history()).toHaveLength(1)
    await controls.release(robot, { why })
    expect(await controls.history()).toHaveLength(2)
    expect(await controls.list()).toEqual([])
  })
})

test('nothing to take back: nothing is changed, and nothing recorded', async () => {
  expect(await table.controls().release(anna, { why })).toMatchObject({ before: null, undo: null })
  expect(await table.controls().open({ api: 'Api', route: 'GET /a' }, { why })).toMatchObject({ undo: null })
  expect(await table.controls().history()).toEqual([])
  expect((await table.items()).map(({ pk }) => pk?.S)).toEqual(['control#shared'])
})

test('whatever a token may call its issuer, subject and client can be put into quarantine, and nobody else is', async () => {
  const name = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' })
  const well = name.filter(text => text.isWellFormed())
  await fc.assert(
    fc.asyncProperty(well, well, well, async (a, b, other) => {
      const target = { issuer: a, subject: b }
      await table.controls().quarantine(target, { until, why })
      expect(await ask(table.gate([]), target)).toBe('control.quarantined')
      if (other !== b) expect(await ask(table.gate([]), { issuer: a, subject: other })).toBe('ok')
      await table.controls().release(target, { why })
      if (other !== b) return
      expect(await ask(table.gate([]), target)).toBe('ok')
    }),
    { numRuns: 30 },
  )
})
