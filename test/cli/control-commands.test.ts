import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { Command, CommanderError } from 'commander'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { addControl } from '../../bin/commands/control/commands.ts'
import { readToken } from '../../bin/commands/control/token-on-stdin.ts'
import { UsageError } from '../../local/usage-error.ts'
import { ask, startTable, type TestTable } from '../controls/support.ts'

const issuer = 'https://login.example.com'
const jwt = (claims: object) =>
  ['{"alg":"ES256"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.')

const twoTokens = ['secret-1', 'secret-2'].map(jti => jwt({ iss: issuer, jti, exp: 2e9 }))

/** Runs a command of the CLI within this process, which is much faster; control.test.ts runs it as one of its own. */
async function run(...args: readonly string[]) {
  const said = { out: '', err: '', code: 0 }
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    said.out += text
    return true
  })
  try {
    const program = new Command('sallyport').exitOverride().configureOutput({
      writeErr: text => {
        said.err += text
      },
    })
    addControl(program)
    await program.parseAsync(['control', ...args], { from: 'user' })
  } catch (error) {
    said.code = 1
    // As `main` says it.
    if (error instanceof UsageError) said.err += `✗ ${error.message}\n`
    else if (!(error instanceof CommanderError)) throw error
  } finally {
    stdout.mockRestore()
  }
  return said
}

describe('sallyport control', () => {
  let table: TestTable
  const stackTable = 'DealDeskState-GatewayTable8A3F19C2-1KXQ5Z3JH7M2P'
  beforeAll(async () => {
    table = await startTable()
    const used = [stackTable, 'Two-ATable00000000-1A', 'Two-BTable00000000-1B', 'DealDesk-Plain-1A']
    const others = ['DealDeskState-OrdersTable00000000-1A', 'Shop-OrdersTable00000000-1A']
    for (const name of [...used, ...others, 'DealDeskState-OtherTable00000000-1A']) {
      const key = name.includes('Other') ? 'id' : 'pk'
      await table.client.send(
        new CreateTableCommand({
          TableName: name,
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      )
    }
    for (const name of used) await table.useTable(name)
  })
  afterAll(() => table.close())

  // AWS, as far as the SDK knows.
  beforeEach(() => {
    const environment = {
      AWS_ENDPOINT_URL_DYNAMODB: table.origin,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_PROFILE: undefined,
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })
  const control = (...args: readonly string[]) => run(...args, '--table', table.table)

  /** Runs the command that an output says would undo it. */
  async function undo(out: string) {
    const [, command = ''] = / control (.+) --why '…'/.exec(out) ?? []
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
    return run(...words, '--why', 'undone')
  }
  // The limiters of these tests live in another time than the commands.
  const asked = (of: Parameters<typeof ask>[1]) => {
    table.advance((Date.now() - table.now()) / 1000 + 5)
    return ask(table.gate(), of)
  }

  it('says what was done, until when, and how it is undone; which undoes it', async () => {
    const subject = randomUUID()
    const { out, err, code } = await control(
      ...[
        'quarantine',
        '--issuer',
        issuer,
        '--subject',
        subject,
        '--until',
        '2h',
        '--why',
        'INC-1',
        '--by',
        'eve',
      ],
    )
    expect([err, code]).toEqual(['', 0])
    expect(out).toMatch(
      new RegExp(
        `^✓ in quarantine: subject ${subject} of ${issuer}\n` +
          ' {2}until {3}\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ, in 2 h\n' +
          ' {2}effect {2}refused with 403 by every gate within 5 s\n' +
          ' {2}by {6}eve\n {2}why {5}INC-1\n {2}named {3}user#[\\w-]{43}\n' +
          ' {2}note {4}none of its requests is counted by what routes share so far; is the name right\\?\n' +
          ` {2}undo {4}\\S.* control release --issuer ${issuer} --subject ${subject} --table ${table.table} --why '…'\n$`,
      ),
    )
    expect(await asked({ subject })).toBe('control.quarantined')
    const undone = await undo(out)
    expect(undone.out).toMatch(
      /^✓ released: subject .*\n[\s\S]* {2}before {2}until .*, by eve: INC-1\n[\s\S]*undo {4}.* control quarantine .* --until \d{4}-.*Z --why/,
    )
    expect(await asked({ subject })).toBe('ok')
    // The reverse of the reverse.
    expect((await undo(undone.out)).code).toBe(0)
    expect(await asked({ subject })).toBe('control.quarantined')
  })

  it.each([
    [
      'quarantine',
      ['--issuer', issuer, '--client', 'robot-1', '--until', '1h'],
      { client: 'robot-1' },
      'control.quarantined',
    ],
    [
      'quarantine',
      ['--address', '2001:db8:0:9::1', '--until', '1h'],
      { network: '20010db800000009/64' },
      'control.quarantined',
    ],
    [
      'revoke',
      ['--issuer', issuer, '--subject', 'rita', '--until', '24h'],
      { subject: 'rita', issuedAt: 1 },
      'control.revoked',
    ],
    [
      'revoke',
      ['--issuer', issuer, '--client', 'robot-2', '--until', '24h', '--issued-before', '10m'],
      { client: 'robot-2', issuedAt: 1 },
      'control.revoked',
    ],
    [
      'revoke',
      ['--issuer', issuer, '--token-id', 'jti-1', '--until', '1h'],
      { tokenId: 'jti-1' },
      'control.revoked',
    ],
    [
      'close',
      ['--api', 'Api', '--route', 'GET /closed/{id}'],
      { route: 'GET /closed/{id}' },
      'control.closed',
    ],
  ] as const)('%s %j is obeyed, and undone by the command it prints', async (verb, options, who, reason) => {
    const { out, err } = await control(verb, ...options, '--why', 'a test')
    expect(err).toBe('')
    expect(await asked(who)).toBe(reason)
    expect((await undo(out)).err).toBe('')
    if (verb !== 'close') expect(await asked(who)).toBe('ok')
  })

  it.each([
    ['', 'no JWT'],
    ['a.b', 'no JWT'],
    ['secret.secret.secret', 'no JWT'],
    [`${twoTokens[0]}\n${twoTokens[1]}\n`, 'more than one token'],
    [`${twoTokens[0]} ${twoTokens[1]}`, 'more than one token'],
    [`Bearer ${twoTokens[0]}\r\nBearer ${twoTokens[1]}`, 'more than one token'],
    [twoTokens.join('.'), 'no JWT'],
    [`Authorization: Bearer ${twoTokens[0]}`, 'more than the token'],
    [jwt({ jti: 'secret', exp: 2e9 }), 'a JWT without iss'],
    [jwt({ iss: issuer, jti: 'secret' }), 'a JWT without exp'],
    [jwt({ iss: issuer, jti: 'secret', exp: 1e300 }), 'a JWT without exp'],
    [jwt({ iss: issuer, exp: 2e9, sub: 'secret' }), 'the token has no jti'],
  ])('refuses what is no token, and shows nothing of it', (input, given) => {
    const read = () => readToken(input)
    expect(read).toThrow(`--token-stdin: ${given}`)
    expect(read).toThrow(/^(?:(?!secret).)*$/s)
    if (input) expect(read).not.toThrow(input.slice(0, 20))
  })

  it('takes a duration before which tokens were issued for their age', async () => {
    const client = randomUUID()
    const { out } = await control(
      ...['revoke', '--issuer', issuer, '--client', client, '--until', '24h', '--issued-before', '30m'],
      ...['--why', 'x'],
    )
    const [, issued = ''] = /tokens {2}issued until (\S+)\n/.exec(out) ?? []
    expect(Date.now() - Date.parse(issued)).toBeGreaterThanOrEqual(30 * 60_000)
    expect(Date.now() - Date.parse(issued)).toBeLessThan(32 * 60_000)
  })

  it.each([
    ['::ffff:192.0.2.77', 'address 192.0.2.77'],
    ['192.0.2.78', 'address 192.0.2.78'],
    ['2001:db8:0:7::1', 'address 2001:db8:0:7::1 and the rest of its /64'],
  ])('says of %s that it is %s', async (address, words) => {
    const { out } = await control('quarantine', '--address', address, '--until', '1h', '--why', 'x')
    expect(out.split('\n')[0]).toBe(`✓ in quarantine: ${words}`)
  })

  it('restores a token by its id, and says how to revoke it again', async () => {
    const token = ['--issuer', issuer, '--token-id', randomUUID()]
    await control('revoke', ...token, '--until', '1h', '--why', 'x')
    const { out } = await control('restore', ...token, '--why', 'x')
    expect(out).toMatch(/^ {2}undo {4}.* control revoke --issuer .* --token-id .* --until \S+ --why '…'$/m)
    expect((await undo(out)).code).toBe(0)
  })

  it('says why what is named by the list alone cannot be ordered again', async () => {
    const whom = ['--issuer', issuer, '--subject', randomUUID()]
    const { name } = JSON.parse(
      (await control('quarantine', ...whom, '--until', '1h', '--why', 'x', '--json')).out,
    )
    const { out } = await control('release', '--listed', name, '--why', 'x')
    expect(out).toMatch(
      /^ {2}undo {4}none: nobody can tell from an HMAC whom it is about; name them to order it again$/m,
    )
  })

  it('asks whether a name is right of which nothing is counted and nothing in force', async () => {
    const note = 'none of its requests is counted by what routes share so far; is the name right?'
    for (const typo of [
      ['--issuer', issuer, '--subject', randomUUID()],
      ['--issuer', issuer, '--client', randomUUID()],
      ['--address', '192.0.2.200'],
    ])
      expect((await control('list', ...typo)).out).toBe(`nothing is in force\n  note    ${note}\n`)
    const subject = randomUUID()
    await asked({ subject })
    const known = await control('list', '--issuer', issuer, '--subject', subject)
    expect(known.out).toBe('nothing is in force\n')
    const route = await control('list', '--api', 'Api', '--route', 'GET /nothing')
    expect(route.out).toBe('nothing is in force\n')
  })

  it.each(['', 'Bearer ', 'bearer  '])('reads a token after %j', start => {
    const token = jwt({ iss: issuer, jti: 'a', exp: 2e9, sub: 'b' })
    expect(readToken(`${start}${token}\n`)).toEqual({ issuer, tokenId: 'a', expiresAt: new Date(2e12) })
  })

  it('finds the table of a stack by its name and the key that gates keep in it, and takes no other', async () => {
    const stack = (name: string) => run('list', '--stack', name)
    expect(await stack('DealDeskState')).toEqual({ out: 'nothing is in force\n', err: '', code: 0 })
    expect((await stack('DealDesk')).err).toMatch(
      /^✗ --stack DealDesk: no table of it is one that gates have used\n/,
    )
    expect((await stack('Two')).err).toMatch(
      /^✗ --stack Two: 2 of its tables are GatewayStates’\n {2}allowed: Two-ATable00000000-1A, Two-BTable00000000-1B\n/,
    )
    expect((await stack('Shop')).err).toMatch(/^✗ --stack Shop: no table of it is one that gates have used\n/)
    expect((await run('list', '--table', 'Shop-OrdersTable00000000-1A')).err).toMatch(
      /^✗ table: Shop-OrdersTable00000000-1A, which has no key: no gate has used this table yet, or it is another/,
    )
    expect((await run('list', '--table', 'DealDeskState-OtherTable00000000-1A')).err).toMatch(
      /^✗ this table has another key than a state table: it is another one\n {2}fix: /,
    )
    const { out } = await run(
      'quarantine',
      '--address',
      '192.0.2.1',
      '--until',
      '1h',
      '--why',
      'x',
      '--stack',
      'DealDeskState',
    )
    expect(out).toContain(`control release --address 192.0.2.1 --table ${stackTable}`)
  })

  it('finds it among tables that whoever orders may not read, and names these where it finds none', async () => {
    const { send } = DynamoDBClient.prototype
    const denied = vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(async function (
      this: DynamoDBClient,
      command: unknown,
    ) {
      const { TableName = '' } = (command as { input: { TableName?: string } }).input
      if (!/Orders/.test(TableName)) return Reflect.apply(send, this, [command])
      throw Object.assign(new Error('not yours'), { name: 'AccessDeniedException', $metadata: {} })
    })
    try {
      expect((await run('list', '--stack', 'DealDeskState')).err).toBe('')
      expect((await run('list', '--stack', 'Shop')).err).toMatch(
        /^✗ --stack Shop: no table of it is one that gates have used; not permitted to read Shop-OrdersTable00000000-1A\n/,
      )
    } finally {
      denied.mockRestore()
    }
  })

  it('lists what is in force, the history, and what there is on one target; as text and as JSON', async () => {
    const subject = randomUUID()
    const who = ['--issuer', issuer, '--subject', subject]
    await control('quarantine', ...who, '--until', '7d', '--why', 'listed', '--by', 'eve')
    const { out } = await control('list', ...who)
    expect(out).toMatch(
      /^quarantine on subject user#[\w-]{43}\n {2}until \S+Z, in 7 d\n {2}by eve at \S+Z: listed\n$/,
    )
    const [one] = JSON.parse((await control('list', ...who, '--json')).out)
    expect(one).toMatchObject({ about: 'subject', control: { kind: 'quarantine', by: 'eve', why: 'listed' } })
    const all = (await control('list')).out
    expect(all).toContain(one.name)
    expect(all).not.toContain(subject)
    expect((await control('list', '--history')).out).toMatch(
      new RegExp(`^\\S+Z quarantine ${one.name} until \\S+Z\n {2}by eve: listed$`, 'm'),
    )
    await control('release', '--listed', one.name, '--why', 'x')
    expect((await control('list', ...who)).out).toMatch(/^nothing is in force\n/)
  })

  it.each([
    'odd\nname',
    '\u202e\u{e0001}\u001b[2J',
    '"quoted"',
    "it's; touch /tmp/pwned",
    'user#not-one',
    'route of none\n',
  ])('shows whatever refuses everybody, %j, so that the command it prints takes it out', async name => {
    const other = { ...(await table.item('control#shared')), [name]: { S: '{' } }
    await table.put(other as Parameters<typeof table.put>[0])
    await expect(asked({})).rejects.toThrow()
    const { out } = await control('list')
    expect(out).not.toMatch(/[^\P{C}\n]/u)
    const [, command = ''] =
      /gates refuse everybody until it is removed: sallyport control (.+) --why '…'$/m.exec(out) ?? []
    const words = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1)
    const { err } = await control(...words, '--why', 'x')
    expect(err).toBe('')
    expect(await asked({})).toBe('ok')
  })

  it.each(['quarantine', 'revoke'])(
    'shows a %s of one subject that cannot be read so that the command it prints takes it out',
    async verb => {
      const subject = randomUUID()
      const who = ['--issuer', issuer, '--subject', subject]
      const ordered = await control(verb, ...who, '--until', '1h', '--why', 'x', '--json')
      const { name } = JSON.parse(ordered.out)
      await table.put({ pk: { S: name }, [verb]: { S: '{' } })
      await expect(asked({ subject })).rejects.toThrow()
      const { out } = await control('list', ...who)
      const [, command = ''] =
        /gates refuse this subject until it is removed: sallyport control (.+) --why '…'$/m.exec(out) ?? []
      const { err } = await control(...command.replaceAll("'", '').split(' '), '--why', 'x')
      expect(err).toBe('')
      expect(await asked({ subject })).toBe('ok')
    },
  )

  it('names whoever runs it, unless told otherwise', async () => {
    const { out } = await control(
      'quarantine',
      '--address',
      '192.0.2.9',
      '--until',
      '1h',
      '--why',
      'x',
      '--json',
    )
    expect(JSON.parse(out).control.by).toBe(userInfo().username)
  })

  it('says what stood and what stands, where an order ends earlier; ends it earlier when told to', async () => {
    const who = ['--issuer', issuer, '--subject', randomUUID()]
    const order = (until: string, by: string, ...more: readonly string[]) =>
      control('quarantine', ...who, '--until', until, '--why', `of ${by}`, '--by', by, ...more)
    await order('30d', 'eve')
    const weaker = await order('2h', 'alarm')
    expect(weaker.err).toBe('')
    expect(weaker.out).toMatch(
      /^✓ in quarantine already: .*\n {2}until {3}\S+Z, in 30 d\n.*\n {2}by {6}eve\n {2}why {5}of eve\n/,
    )
    expect(weaker.out).toMatch(
      /\n {2}note {4}it was to end later already; to end it as ordered, add --shorten\n/,
    )
    expect(weaker.out).not.toContain('undo')
    const shorter = await order('2h', 'alarm', '--shorten')
    expect(shorter.out).toMatch(/^✓ in quarantine: .*\n {2}until {3}\S+Z, in 2 h\n/)
    expect(shorter.out).toMatch(
      /\n {2}before {2}until \S+Z, by eve: of eve\n[\s\S]*undo .*\n {2}note {4}undo takes back what stood before as well\n/,
    )

    const revoke = (...more: readonly string[]) =>
      control('revoke', ...who, '--until', '24h', '--why', 'x', ...more)
    await revoke()
    expect((await revoke('--issued-before', '2026-01-01')).out).toMatch(
      /\n {2}note {4}tokens that were issued later are refused already; to accept them, add --shorten\n/,
    )
    expect((await revoke('--issued-before', '2026-01-01', '--shorten')).out).toMatch(
      /\n {2}tokens {2}issued until 2026-01-01T/,
    )
  })

  it('says when there is nothing to take back', async () => {
    const { out, code } = await control('release', '--address', '192.0.2.99', '--why', 'x')
    expect([out, code]).toEqual(['– nothing to release: no such control stands on address 192.0.2.99\n', 0])
  })

  const whom = ['--issuer', issuer, '--subject', 'anna']
  it.each([
    [
      ['quarantine', ...whom, '--until', '2h'],
      /^error: required option '--why <text>' not specified\n\(sallyport control quarantine --help/,
    ],
    [['quarantine', ...whom, '--why', 'x'], /^error: required option '--until <when>' not specified/],
    [
      ['quarantine', ...whom, '--until', 'soon', '--why', 'x'],
      /argument 'soon' is invalid\. It is a duration as 30s, 30m, 2h, 7d or 2w, a day as/,
    ],
    [['quarantine', ...whom, '--until', '2027-02-30', '--why', 'x'], /argument '2027-02-30' is invalid/],
    [
      ['quarantine', ...whom, '--until', '2027-02-01T10:00', '--why', 'x'],
      /argument '2027-02-01T10:00' is invalid\. The offset is missing: 2027-02-01T10:00Z in UTC, or for example 2027-02-01T10:00\+01:00\./,
    ],
    [
      ['quarantine', ...whom, '--until', '2020-01-01', '--why', 'x'],
      /^✗ until: 2020-01-01T00:00:00\.000Z, which is over\n {2}allowed: a time after now, at most 90 days away\n {2}fix:/,
    ],
    [
      ['quarantine', ...whom, '--until', '91d', '--why', 'x'],
      /^✗ until: .*, which is too far away\n {2}allowed: .*90 days/,
    ],
    [
      ['quarantine', '--until', '2h', '--why', 'x'],
      /^✗ no target\n {2}allowed: --issuer <…> --subject <…>, or --issuer <…> --client <…>, or --address <…>\n/,
    ],
    [
      ['quarantine', ...whom, '--client', 'a', '--until', '2h', '--why', 'x'],
      /^✗ --subject and --client: more than one target\n/,
    ],
    [
      ['quarantine', '--subject', 'anna', '--until', '2h', '--why', 'x'],
      /^✗ --subject without --issuer\n.*\n {2}fix: {5}add --issuer, exactly as its tokens have it$/m,
    ],
    [
      ['quarantine', '--address', '10.0.0.1', '--issuer', issuer, '--until', '2h', '--why', 'x'],
      /^✗ --issuer with --address\n/,
    ],
    [
      ['quarantine', '--address', '10.0.0.0/8', '--until', '2h', '--why', 'x'],
      /^✗ --address 10\.0\.0\.0\/8: no IP address\n {2}allowed: .*\n {2}fix: {5}for a range/,
    ],
    [
      ['quarantine', '--address', '1.2.3.999', '--until', '2h', '--why', 'x'],
      /^✗ --address 1\.2\.3\.999: no/,
    ],
    [
      ['revoke', '--address', '192.0.2.1', '--until', '2h', '--why', 'x'],
      /^error: --address: an address has no tokens\. Use: sallyport control quarantine --address …\n/,
    ],
    [['restore', '--address', '192.0.2.1', '--why', 'x'], /Use: sallyport control release --address …\n/],
    [
      ['quarantine', '--token-stdin', '--why', 'x'],
      /^error: --token-stdin: tokens are revoked\. Use: sallyport control revoke --token-stdin …\n/,
    ],
    [['quarantine', '--token-id', 'a', '--why', 'x'], /Use: sallyport control revoke --token-id …\n/],
    [['release', '--token-id', 'a', '--why', 'x'], /Use: sallyport control restore --token-id …\n/],
    [
      ['revoke', ...whom, '--until', '2h', '--issued-before', '2099-01-01', '--why', 'x'],
      /'2099-01-01' is invalid\. It is in the future: tokens that are issued until then would be refused as well\./,
    ],
    [['revoke', ...whom, '--why', 'x'], /^✗ --until: nothing\n/],
    [
      ['revoke', '--token-stdin', ...whom, '--why', 'x'],
      /^✗ --issuer with --token-stdin: the token says so itself\n/,
    ],
    [['revoke', '--token', 'a.b.c', '--why', 'x'], /^error: unknown option '--token'/],
    [['close', '--api', 'Api', '--route', '/deals', '--why', 'x'], /^✗ route: no route\n/],
    [
      ['release', '--listed', 'route Api GET /a', '--why', 'x'],
      /^✗ listed: a control that "open" takes back\n/,
    ],
    [
      ['release', '--listed', '"a', '--why', 'x'],
      /^error: option '--listed <name>' argument '"a' is invalid\. It is a name as/,
    ],
    [['list', '--history', ...whom], /^✗ --history with a target\n/],
    [['list', '--months', '2'], /^✗ --months without --history\n {2}fix: /],
    [['list', '--months', '0'], /^error: option '--months <n>' argument '0' is invalid/],
    [['list', '--stack', 'x'], /^✗ --table and --stack: both are given\n/],
  ] as const)('says what is wrong with %j', async (args, says) => {
    const { out, err, code } = await control(...args)
    expect(err).toMatch(says)
    expect([out, code]).toEqual(['', 1])
  })

  it('says what to do where AWS cannot be asked', async () => {
    expect((await run('list', '--table', 'missing')).err).toMatch(
      /^✗ there is no table of this name in this account and region\n {2}fix: /,
    )
    const list = (env: Readonly<Record<string, string | undefined>>) => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
      return control('list')
    }
    expect((await list({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' })).err).toMatch(
      /^✗ nothing answers there\n {2}fix: look at AWS_REGION, and at AWS_ENDPOINT_URL_DYNAMODB or the endpoint of your AWS profile\n$/,
    )
    const nowhere = { AWS_CONFIG_FILE: '/nonexistent', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' }
    const without = { ...nowhere, AWS_ACCESS_KEY_ID: undefined, AWS_EC2_METADATA_DISABLED: 'true' }
    expect((await list(without)).err).toMatch(/^✗ no AWS credentials were found\n {2}fix: sign in/)
    expect((await list({ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined })).err).toMatch(
      /^✗ no AWS region is set\n {2}fix: set AWS_REGION/,
    )
  })

  it('needs a running app, where no table is named', async () => {
    expect(await run('list')).toEqual({
      out: '',
      err: '✗ no local cloud is running for this folder; start one with: sallyport dev\n',
      code: 1,
    })
  })
})
