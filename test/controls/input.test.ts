import { ControlError, type Controls, openControls } from 'sallyport/controls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anna, inHours, issuer, robot, startTable, type TestTable, why } from './support.ts'

let table: TestTable
beforeAll(async () => {
  table = await startTable()
})
afterAll(() => table.close())

const until = inHours(1)
const token = { issuer, tokenId: 'a', expiresAt: until }
const route = { api: 'Api', route: 'GET /a' }

/** As somebody without types may call it. */
type Untyped = { readonly [M in keyof Controls]: (...given: readonly unknown[]) => Promise<unknown> }

const cases: ReadonlyArray<
  readonly [what: string, call: (controls: Untyped) => Promise<unknown>, says: RegExp]
> = [
  [
    'no target',
    c => c.quarantine(undefined, { until, why }),
    /^target: no target\n {2}allowed: \{ issuer, subject \} or \{ issuer, client \} or \{ address \}\n {2}fix: /,
  ],
  [
    'a user without an issuer',
    c => c.quarantine({ subject: 'anna' }, { until, why }),
    /^target: \{ subject \}\n/,
  ],
  [
    'two targets in one',
    c => c.quarantine({ ...anna, ...robot }, { until, why }),
    /^target: \{ client, issuer, subject \}\n/,
  ],
  [
    'a member nobody reads',
    c => c.quarantine({ ...anna, role: 'a' }, { until, why }),
    /^target: \{ issuer, role, subject \}/,
  ],
  [
    'an inherited name of a member',
    c => c.quarantine({ constructor: 'a' }, { until, why }),
    /^target: \{ constructor \}/,
  ],
  ['an empty subject', c => c.quarantine({ issuer, subject: '' }, { until, why }), /^subject: no text\n/],
  [
    'a subject that is no text',
    c => c.quarantine({ issuer, subject: 7 }, { until, why }),
    /^subject: no text\n/,
  ],
  [
    'a token to quarantine',
    c => c.quarantine({ issuer, tokenId: 'a' }, { until, why }),
    /^target: \{ issuer, tokenId \}/,
  ],
  [
    'a range of addresses',
    c => c.quarantine({ address: '10.0.0.0/8' }, { until, why }),
    /^address: no IP address\n.*\n {2}fix: {5}for a range/,
  ],
  [
    'a zone of an address',
    c => c.quarantine({ address: 'fe80::1%eth0' }, { until, why }),
    /^address: no IP address/,
  ],
  ['no time', c => c.quarantine(anna, { why }), /^until: nothing\n {2}allowed: a Date/],
  ['a time that is none', c => c.quarantine(anna, { until: new Date('x'), why }), /^until: no time\n/],
  ['a time as text', c => c.quarantine(anna, { until: '2h', why }), /^until: no time\n/],
  [
    'a time that is over',
    c => c.quarantine(anna, { until: inHours(0), why }),
    /^until: .*Z, which is over\n {2}allowed: a time after now, at most 90 days/,
  ],
  [
    'more than 90 days for a user',
    c => c.quarantine(anna, { until: inHours(90 * 24 + 1), why }),
    /^until: .*Z, which is too far away\n.*at most 90 days/,
  ],
  [
    'more than 90 days for a user’s tokens',
    c => c.revokeTokens(anna, { until: inHours(90 * 24 + 1), why }),
    /^until: .*Z, which is too far away/,
  ],
  [
    'no reason',
    c => c.quarantine(anna, { until }),
    /^why: nothing\n {2}allowed: 1 to 200 characters in one line\n/,
  ],
  ['an empty reason', c => c.release(anna, { why: ' ' }), /^why: nothing\n/],
  [
    'a reason too long',
    c => c.release(anna, { why: 'x'.repeat(201) }),
    /^why: a text too long, or of several lines\n/,
  ],
  [
    'a reason that speaks to the terminal',
    c => c.release(anna, { why: 'a\u001b[2Jb' }),
    /^why: a text too long, or of several lines\n/,
  ],
  ['a reason that is shown in another order', c => c.release(anna, { why: 'a\u202eb' }), /^why: /],
  [
    'a misspelt option',
    c => c.quarantine(anna, { untill: until, why }),
    /^order: "untill", which means nothing here\n {2}allowed: until, why, shorten\n/,
  ],
  [
    'a text for whether to shorten',
    c => c.close(route, { why, shorten: 'no' }),
    /^shorten: neither true nor false\n/,
  ],
  ['shorten for a release', c => c.release(anna, { why, shorten: true }), /^order: "shorten"/],
  ['no order', c => c.quarantine(anna), /^order: no object\n/],
  ['a time for a release', c => c.release(anna, { until, why }), /^order: "until"/],
  [
    'a token that is over',
    c => c.revokeToken({ ...token, expiresAt: inHours(-1) }, { why }),
    /^expiresAt: .*, which is over\n.*\n {2}fix: {5}nothing need be done/,
  ],
  ['a token without its end', c => c.revokeToken({ issuer, tokenId: 'a' }, { why }), /^expiresAt: nothing/],
  [
    'tokens of an address',
    c => c.revokeTokens({ address: '10.0.0.1' }, { until, why }),
    /^target: \{ address \}\n {2}allowed: \{ issuer, subject \} or \{ issuer, client \}\n/,
  ],
  [
    'an issuing time that is none',
    c => c.revokeTokens(anna, { until, why, issuedBefore: 5 }),
    /^issuedBefore: no time\n/,
  ],
  [
    'tokens that are issued later',
    c => c.revokeTokens(anna, { until, why, issuedBefore: inHours(0.5) }),
    /^issuedBefore: .*Z, which is in the future\n {2}allowed: now, or a time before\n/,
  ],
  [
    'a route without its method',
    c => c.close({ api: 'Api', route: '/a' }, { why }),
    /^route: no route\n.*GET.*\n {2}fix: {5}for example GET/,
  ],
  [
    'a route with a method in small letters',
    c => c.close({ api: 'Api', route: 'get /a' }, { why }),
    /^route: no route/,
  ],
  [
    'a route that cannot be printed',
    c => c.close({ api: 'Api', route: 'GET /\u0007' }, { why }),
    /^route: a text too long, or with what cannot be printed\n/,
  ],
  [
    'both a route and an upstream',
    c => c.close({ ...route, upstream: 'b' }, { why }),
    /^target: \{ api, route, upstream \}/,
  ],
  ['a user to open', c => c.open(anna, { why }), /^target: \{ issuer, subject \}/],
  [
    'a closed route to release',
    c => c.release({ listed: 'route Api GET /a' }, { why }),
    /^listed: a control that "open" takes back\n.*\n {2}fix: {5}use "open"$/,
  ],
  [
    'a client’s tokens to release',
    c => c.release({ listed: 'tokens abc' }, { why }),
    /^listed: a control that "restore" takes back/,
  ],
  [
    'a quarantined client to restore',
    c => c.restore({ listed: 'client abc' }, { why }),
    /^listed: a control that "release" takes back/,
  ],
  [
    'the table’s key to release',
    c => c.release({ listed: 'hashKey' }, { why }),
    /^listed: the name of no control/,
  ],
  [
    'an unknown name to restore',
    c => c.restore({ listed: 'nobody' }, { why }),
    /^listed: the name of no control/,
  ],
  ['no number of months', c => c.history({ months: 0 }), /^months: no number of months/],
]

describe('says what was given, what is allowed, and what to do, and asks the table nothing, given', () => {
  test.each(cases)('%s', async (_, call, says) => {
    let asked = 0
    const send = async () => {
      asked += 1
      return {}
    }
    const error = await call(table.controls('ops', send) as Untyped).then(
      () => undefined,
      caught => caught,
    )
    expect(error).toBeInstanceOf(ControlError)
    expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(says) })
    expect(error.message.split('\n')).toHaveLength(3)
    expect(asked).toBe(0)
  })
})

test.each([
  [{ table: '', by: 'ops' }, /^table: nothing/],
  [{ by: 'ops' }, /^table: nothing/],
  [{ table: undefined, by: 'ops' }, /^table: nothing/],
  [{ table: ' ', by: 'ops' }, /^table: nothing/],
  [{ table: String(undefined), by: 'ops' }, /^table: "undefined"/],
  [{ table: 'state' }, /^by: nothing/],
  [{ table: 'state', by: 'a\nb' }, /^by: a text too long, or of several lines/],
  [{ table: 'state', by: 'x'.repeat(101) }, /^by: a text too long/],
  [{ table: 'state', by: 'ops', region: 'eu-west-1' }, /^options: "region", which means nothing here/],
])('is not opened with %o', (options, says) => {
  expect(() => openControls(options as Parameters<typeof openControls>[0])).toThrow(says)
})

test('accepts at exactly 90 days for a user, any time for what is no user’s, and none for what is closed', async () => {
  const controls = table.controls()
  await controls.quarantine(anna, { until: inHours(90 * 24), why })
  await controls.quarantine(robot, { until: inHours(400 * 24), why })
  await controls.close(route, { why: 'x'.repeat(200) })
  await controls.revokeToken({ ...token, expiresAt: inHours(0) }, { why })
  expect(await controls.list()).toHaveLength(4)
})
