import { InvalidArgumentError } from 'commander'
import type { Change, Control, Verb } from '../../../controls/index.ts'
import { unprintable } from '../../../controls/printable.ts'
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

const allUnprintable = new RegExp(unprintable, 'gu')

// Names of deployed things and reasons are other people's words.
export const printable = (text: string): string => text.replace(allUnprintable, '?')

/**
 * A listed name as it can be typed after --listed: one with what cannot be printed is written as JSON writes texts, so is one that
 * looks like that.
 */
export const typeable = (name: string): string =>
  printable(name) === name && !name.startsWith('"')
    ? name
    : JSON.stringify(name).replace(
        allUnprintable,
        // Beyond 16 bits, each half by itself.
        sign =>
          sign
            .split('')
            .map(half => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
            .join(''),
      )

/** Reads what {@link typeable} wrote. */
export function readListed(text: string): string {
  if (!text.startsWith('"')) return text
  try {
    const name: unknown = JSON.parse(text)
    if (typeof name === 'string') return name
  } catch {}
  throw new InvalidArgumentError('It is a name as "control list" shows it; in double quotes, as JSON.')
}

export function describeChange(said: Said, stream: NodeJS.WriteStream): string {
  const { change, words, by, why } = said
  const { verb, control, before, kept, counted, name } = change
  const [done, effect] = effects[verb]
  const line = (what: string, text: string) => `  ${paint('dim', what.padEnd(7), stream)} ${printable(text)}`
  if (change.undo === null && before === null)
    return `${paint('yellow', '–', stream)} nothing to ${verb}: no such control stands on ${printable(words)}`
  const stands = control !== null && change.undo === null
  return [
    `${paint('green', '✓', stream)} ${paint('bold', `${done}${stands ? ' already' : ''}`, stream)}: ${printable(words)}`,
    ...(control ? [line('until', untilText(control))] : []),
    ...(control?.issuedBefore ? [line('tokens', `issued until ${timeText(control.issuedBefore)}`)] : []),
    line('effect', effect),
    line('by', stands ? control.by : by),
    line('why', stands ? control.why : why),
    ...(name === words ? [] : [line('named', name)]),
    ...(before && !stands ? [line('before', beforeText(before))] : []),
    ...(stands ? [line('note', 'this order adds nothing, so all stays as it stood')] : []),
    ...kept.map(term => line('note', keptTexts[term])),
    ...(counted === false ? [noteText(stream)] : []),
    ...(stands ? [] : [line('undo', undoText(said))]),
    ...(control && !stands && isStanding(before)
      ? [line('note', 'undo takes back what stood before as well')]
      : []),
  ].join('\n')
}

export const untilText = ({ until }: Control): string =>
  until === null ? 'it is taken back' : `${timeText(until)}, ${distanceText(until, Date.now() / 1000)}`

// What says so could not be written, or belongs to another order.
export const unknown = '(see --history)'

/** Of a caller whom this table does not know: at least by no limit that routes share. */
export const noteText = (stream: NodeJS.WriteStream): string =>
  `  ${paint('dim', 'note'.padEnd(7), stream)} none of its requests is counted by what routes share so far; is the name right?`

const keptTexts: Readonly<Record<Change['kept'][number], string>> = {
  until: 'it was to end later already; to end it as ordered, add --shorten',
  issuedBefore: 'tokens that were issued later are refused already; to accept them, add --shorten',
}

const isStanding = (before: Change['before']): boolean =>
  typeof before === 'object' && before !== null && (before.until === null || Date.now() / 1000 < before.until)

const beforeText = (before: Control | 'unreadable'): string => {
  if (before === 'unreadable') return 'a control that could not be read, so that gates refused'
  return `${isStanding(before) ? 'until' : 'over since'} ${before.until === null ? 'it is taken back' : timeText(before.until)}, ${before.issuedBefore === null ? '' : `tokens issued until ${timeText(before.issuedBefore)}, `}by ${before.by || unknown}: ${before.why || unknown}`
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
