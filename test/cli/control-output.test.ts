import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, it, vi } from 'vitest'
import { describeChange } from '../../bin/commands/control/say.ts'
import type { Change, Control } from '../../controls/index.ts'

const terminal = Object.assign(new PassThrough(), {
  isTTY: true,
  getColorDepth: () => 8,
}) as unknown as NodeJS.WriteStream
const file = { isTTY: false } as NodeJS.WriteStream
const control: Control = { kind: 'quarantine', until: 4e9, issuedBefore: null, by: 'eve', why: 'x', at: 1 }
const change: Change = {
  verb: 'quarantine',
  name: 'user#abc',
  control,
  before: null,
  kept: [],
  undo: 'release',
  counted: false,
}
const say = (more: Partial<Change>, target: readonly string[], stream = file) =>
  describeChange(
    {
      change: { ...change, ...more },
      words: target.join(' '),
      target,
      table: ['--table', 't'],
      by: 'eve',
      why: 'x',
    },
    stream,
  )
const lift = { verb: 'release', control: null, before: control, undo: 'quarantine', counted: null } as const

it('shows in a terminal no character that came with a name, and its own colours', () => {
  vi.stubEnv('NO_COLOR', undefined)
  const text = say({}, ['--subject', 'a\u001b[2Jb\u202e'], terminal)
  vi.unstubAllEnvs()
  expect(text).toContain('a?[2Jb?')
  for (const sign of ['\u001b', '\u202e']) expect(stripVTControlCharacters(text)).not.toContain(sign)
  expect(text).toContain('\u001b[32m✓')
})

it('undoes what is about a name that cannot be typed by what the list calls it', () => {
  expect(say({}, ['--subject', 'a\u00adb'])).toMatch(
    /undo .* control release --listed 'user#abc' --table t --why/,
  )
})

it('quotes names for the shell', () => {
  expect(say({}, ['--subject', "o'neil; rm"])).toContain(`release --subject 'o'\\''neil; rm' --table t`)
})

it('says how to order anew what was taken back, but not of whom only an HMAC is known', () => {
  expect(say(lift, ['--subject', 'a'])).toMatch(
    /undo .* quarantine --subject a --table t --until 2096-\S+Z --why/,
  )
  expect(say(lift, ['--listed', 'user#abc'])).toMatch(
    /undo +none: nobody can tell from an HMAC whom it is about/,
  )
  expect(say(lift, ['--subject', 'a\u00adb'])).toMatch(/undo +none: its name cannot be typed$/)
})

it('says that there is nothing to order anew of what was over, or could not be read', () => {
  expect(say({ ...lift, before: 'unreadable', undo: null }, ['--subject', 'a'])).toMatch(
    /undo +none: what stood there could not be read$/,
  )
  expect(say({ ...lift, before: { ...control, until: 1 }, undo: null }, ['--subject', 'a'])).toMatch(
    /undo +none: what stood there was over already$/,
  )
})
