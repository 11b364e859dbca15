import { Command, CommanderError } from 'commander'
import { afterAll, expect, it, vi } from 'vitest'
import { addAudit } from '../../bin/commands/audit/commands.ts'
import { UsageError } from '../../local/usage-error.ts'
import { chainOf, idOf, nameOf, objectsOf, packed, removeFolders, writeFolder } from '../audit/support.ts'
import { createProject, removeProjects, sallyport } from './support.ts'

afterAll(removeProjects)
afterAll(removeFolders)

const one = chainOf('one', 9)
const clean = objectsOf([one.slice(0, 5), one.slice(4), chainOf('two', 2)])

/** Runs the command within this process, which is much faster. */
async function verify(...args: readonly string[]) {
  const said = { code: 0, out: '', err: '' }
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    said.out += text
    return true
  })
  const exit = vi.spyOn(process, 'exit').mockImplementation(code => {
    throw new CommanderError(Number(code), '', '')
  })
  const before = process.exitCode
  try {
    const program = new Command('sallyport').configureOutput({
      writeErr: text => {
        said.err += text
      },
    })
    addAudit(program)
    await program.parseAsync(['audit', 'verify', ...args], { from: 'user' })
    said.code = Number(process.exitCode)
  } catch (error) {
    if (error instanceof CommanderError) said.code = error.exitCode
    else if (error instanceof UsageError) {
      // As `main` says it.
      said.err += `✗ ${error.message}\n`
      said.code = Number(process.exitCode)
    } else throw error
  } finally {
    process.exitCode = before
    write.mockRestore()
    exit.mockRestore()
  }
  return said
}

it('says what a trail holds, that nothing is wrong with it, and what numbers cannot show', async () => {
  const folder = writeFolder(clean)
  const { code, out } = await verify(folder)
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      `✓ no gap and no change: ${folder}`,
      expect.stringMatching(/^ {2}objects {4}3, [\d.]+ k?B$/),
      '  events     11, 2026-11-22T10:00:01Z to 2026-11-22T10:00:09Z',
      '  instances  2',
      '  duplicates 1, each the same byte for byte: delivery is at least once',
      '',
      expect.stringMatching(/^Not to be seen: the last events of an instance/),
      expect.stringMatching(/^was changed in the last event of an instance, written anew/),
      '',
    ],
  ])
})

it('names object, line, instance and number of what is wrong, for people and as JSON', async () => {
  const folder = writeFolder(new Map(clean).set(nameOf(1), packed(one.slice(6))))
  const { code, out } = await verify(folder)
  expect(code).toBe(1)
  expect(out).toContain(`✗ 1 finding: ${folder}`)
  expect(out).toContain('✗ 1 gap\n  Events of an instance are missing')
  expect(out).toContain(
    `• ${nameOf(1)}:1\n    instance ${idOf('one')}, number 6: after the one in line 5 of ${nameOf(0)};`,
  )
  const json = await verify(folder, '--json')
  expect(json.code).toBe(1)
  expect(JSON.parse(json.out)).toMatchObject({
    events: 10,
    findings: [
      {
        kind: 'missing',
        count: 1,
        findings: [{ object: nameOf(1), line: 1, instance: idOf('one'), first: 6, last: 6 }],
      },
    ],
  })
})

it('takes the days that are asked for, both ends included', async () => {
  const folder = writeFolder(new Map([...clean, [nameOf(7, '20261123'), packed(chainOf('three', 1))]]))
  const events = async (...days: readonly string[]) =>
    JSON.parse((await verify(folder, '--json', ...days)).out).events
  expect(await events('--to', '2026-11-22')).toBe(11)
  expect(await events('--from', '2026-11-23')).toBe(1)
})

it('lists ten of a kind, and shows no character that a terminal would obey', async () => {
  const objects = Array.from({ length: 12 }, (_, i) => [`a\u001b[2J${i}.gz`, Buffer.from('x')] as const)
  const { out } = await verify(writeFolder(new Map(objects)))
  expect(out.match(/• a\?\[2J\d+\.gz$/gm)).toHaveLength(10)
  expect(out).toContain('✗ 12 unreadable objects')
  expect(out).toContain('  and 2 more: see --json\n')
  expect(out).not.toContain('\u001b')
})

const refused: ReadonlyArray<readonly [string, readonly string[], RegExp]> = [
  ['no trail', [], /^error: missing required argument 'trail'\n\(sallyport audit verify --help/],
  ['two trails', ['a', 'b'], /^error: too many arguments/],
  ['a folder that is not there', ['nowhere'], /^✗ nowhere: not there\n {2}fix: give the folder/],
  ['a file', ['package.json'], /^✗ package\.json: no folder\n {2}fix:/],
  ['a day that is none', ['.', '--from', '2026-02-30'], /^error: .+ It is a day, as 2026-12-01\.\n/],
  [
    'days that end before they begin',
    ['.', '--from', '2026-02-02', '--to', '2026-02-01'],
    /^✗ --from is after/,
  ],
  [
    'an endpoint of a folder',
    ['.', '--endpoint-url', 'http://127.0.0.1:1'],
    /^✗ --endpoint-url with a folder\n/,
  ],
  ['an endpoint that is no URL', ['s3://trail', '--endpoint-url', 'ftp://x'], /^error: .+ It is http:\/\//],
  ['a name that no bucket has', ['s3://Trail/x'], /^✗ s3:\/\/Trail\/x: no place in S3\n/],
]

it.each(refused)('ends with 2 and says why, given %s', async (_, args, words) => {
  expect(await verify(...args)).toEqual({ code: 2, out: '', err: expect.stringMatching(words) })
})

it('ends with 2 where no object is: hidden files are none, nor those of other days', async () => {
  const folder = writeFolder(new Map([...clean, ['.hidden', Buffer.from('x')]]))
  expect(await verify(folder, '--from', '2026-11-23')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^✗ .+: no object of these days is there\n {2}fix:/),
  })
})

it('ends as its exit codes say, also as a process of its own', async () => {
  const [project, gap] = [createProject(''), objectsOf([one.slice(1)])]
  const run = (...args: readonly string[]) => sallyport(project, 'audit', 'verify', ...args)
  const runs = await Promise.all([run(writeFolder(gap)), run('nowhere'), run()])
  expect(runs.map(({ code }) => code)).toEqual([1, 2, 2])
  expect(runs.map(({ err }) => err.slice(0, 9))).toEqual(['', '✗ nowhere', 'error: mi'])
})
