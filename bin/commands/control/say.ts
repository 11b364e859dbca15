import type { Change, Control, Verb } from '../../../controls/index.ts'
import { paint } from '../../paint.ts'
import { commandIn, quoted } from '../../self.ts'
import { distanceText, timeText } from './until.ts'

/** What was done, and how it is undone. */
export interface Said {
  readonly change: Change
  /** Whom or what it is about, in the words of who typed it. */
  readonly words: string
  /** Options that name the same target in another command. */
  readonly target: readonly string[]
  /** Options that name the same table. */
  readonly table: readonly string[]
  readonly by: string
  readonly why: string
}

/** A token that was piped in, in words: nothing of it is shown. */
export const tokenOnStdin = 'the token on stdin'

const effects: Readonly<Record<Verb, readonly [done: string, effect: string]>> = {
  quarantine: ['in quarantine', 'refused with 403 by every gate within 5 s'],
  release: ['released', 'let through again by every gate within 5 s'],
  revoke: ['revoked', 'refused with 401 by every gate within 5 s'],
  restore: ['restored', 'accepted again by every gate within 5 s'],
  close: ['closed', 'answered with 503 by every gate within 5 s'],
  open: ['open', 'answered again by every gate within 5 s'],
}

// Names of deployed things and reasons are other people's words.
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')

export function describeChange(said: Said, stream: NodeJS.WriteStream): string {
  const { change, words, by, why } = said
  const { verb, control, before, counted, name } = change
  const [done, effect] = effects[verb]
  const line = (what: string, text: string) => `  ${paint('dim', what.padEnd(7), stream)} ${printable(text)}`
  if (change.undo === null && before === null)
    return `${paint('yellow', '–', stream)} nothing to ${verb}: no such control stands on ${printable(words)}`
  const command = undoText(said)
  return [
    `${paint('green', '✓', stream)} ${paint('bold', done, stream)}: ${printable(words)}`,
    ...(control ? [line('until', untilText(control))] : []),
    ...(control?.issuedBefore ? [line('tokens', `issued until ${timeText(control.issuedBefore)}`)] : []),
    line('effect', effect),
    line('by', by),
    line('why', why),
    ...(name === words ? [] : [line('named', name)]),
    ...(before ? [line('before', beforeText(before))] : []),
    ...(counted === false ? [noteText(stream)] : []),
    line('undo', command),
  ].join('\n')
}

export const untilText = ({ until }: Control): string =>
  until === null ? 'it is taken back' : `${timeText(until)}, ${distanceText(until, Date.now() / 1000)}`

/** Of a caller whom this table does not know. */
export const noteText = (stream: NodeJS.WriteStream): string =>
  `  ${paint('dim', 'note'.padEnd(7), stream)} none of its requests is counted in this table so far; is the name right?`

const beforeText = (before: Control | 'unreadable'): string => {
  if (before === 'unreadable') return 'a control that could not be read, so that gates refused'
  const isOver = before.until !== null && before.until <= Date.now() / 1000
  return `${isOver ? 'over since' : 'until'} ${before.until === null ? 'it is taken back' : timeText(before.until)}, by ${before.by}: ${before.why}`
}

/** The command that takes it back, to be completed by a reason; or why there is none. */
function undoText({ change, words, target, table }: Said): string {
  const { undo, before, control, name } = change
  if (undo === null)
    return before === 'unreadable'
      ? 'none: what stood there could not be read'
      : 'none: what stood there was over already'
  const again = control === null && typeof before === 'object' ? before : null
  const self = commandIn(process.cwd(), process.argv[1] ?? '')
  const command = (given: readonly string[]) => `${self} control ${given.map(quoted).join(' ')} --why '…'`
  if (again && words === tokenOnStdin)
    return `${command([undo, '--token-stdin', ...table])}, with the token on stdin again`
  // Of an HMAC nobody can be told: what it names can be taken back, and not ordered anew. Routes are listed by their names.
  if (again && target.includes('--listed') && again.kind !== 'close')
    return 'none: nobody can tell from an HMAC whom it is about; name them to order it again'
  if (again && target.includes('--listed')) return `none: name it to ${undo} it again`
  const isTypeable = target.every(word => printable(word) === word)
  if (again && !isTypeable) return 'none: its name cannot be typed'
  const terms = [
    ...(again?.until ? ['--until', timeText(again.until)] : []),
    ...(again?.issuedBefore ? ['--issued-before', timeText(again.issuedBefore)] : []),
  ]
  return command([undo, ...(isTypeable ? target : ['--listed', name]), ...table, ...terms])
}
