import type { Finding, FindingGroup } from '../../../audit/findings.ts'
import type { Report } from '../../../audit/verify.ts'
import { paint } from '../../paint.ts'
import { printable } from '../control/say.ts'

// Of a kind; --json lists more.
const shownMax = 10

/** What was read, what was found, and what cannot be. */
export function describeReport(report: Report, target: string, stream: NodeJS.WriteStream): string {
  const { objects, bytes, events, earliest, latest, instances, begunBefore, duplicates, findings } = report
  const line = (what: string, text: string) => `  ${paint('dim', what.padEnd(10), stream)} ${text}`
  const total = findings.reduce((sum, { count }) => sum + count, 0)
  const span = earliest !== null && latest !== null ? `, ${seconds(earliest)} to ${seconds(latest)}` : ''
  return [
    `${total === 0 ? paint('green', '✓', stream) : paint('red', '✗', stream)} ${paint('bold', total === 0 ? 'no gap and no change' : counted(total, 'finding'), stream)}: ${printable(target)}`,
    line('objects', `${number(objects)}, ${size(bytes)}`),
    line('events', `${number(events)}${span}`),
    line(
      'instances',
      `${number(instances)}${begunBefore > 0 ? `; ${number(begunBefore)} begin before the range` : ''}`,
    ),
    line(
      'duplicates',
      duplicates === 0
        ? '0'
        : `${number(duplicates)}, each the same byte for byte: delivery is at least once`,
    ),
    ...findings.flatMap(group => ['', ...describeGroup(group, stream)]),
    '',
    ...limits(target).map(text => paint('dim', text, stream)),
  ].join('\n')
}

/** Numbers and hashes show what is missing between, and not what nothing is left of. */
const limits = (target: string): readonly string[] => [
  'Not to be seen: the last events of an instance that was lost as a whole, an instance of which no event came, and whatever',
  /^s3:/i.test(target)
    ? 'was written as an instance of its own by somebody who may write to the bucket.'
    : 'was changed in the last event of an instance, written anew with all hashes, or added as an instance: s3:// shows it, by versions and locks.',
]

const titles: Readonly<Record<FindingGroup['kind'], readonly [one: string, many: string]>> = {
  altered: ['altered event', 'altered events'],
  conflicting: ['event of another’s number', 'events of another’s number'],
  rewritten: ['object written again', 'objects written again'],
  deleted: ['deletion', 'deletions'],
  undelivered: ['undelivered object', 'undelivered objects'],
  missing: ['gap', 'gaps'],
  beginning: ['missing beginning', 'missing beginnings'],
  unreadableEvent: ['line that is no event', 'lines that are no events'],
  unreadableObject: ['unreadable object', 'unreadable objects'],
  unlocked: ['object without its retention', 'objects without their retention'],
  bucket: ['unprotected bucket', 'unprotected bucket'],
  uncompared: ['comparison that was cut short', 'comparisons that were cut short'],
}

function describeGroup(
  { kind, meaning, count, findings }: FindingGroup,
  stream: NodeJS.WriteStream,
): string[] {
  const shown = findings.slice(0, shownMax)
  const more = count - shown.length
  return [
    `${paint('red', '✗', stream)} ${paint('bold', `${number(count)} ${titles[kind][count === 1 ? 0 : 1]}`, stream)}`,
    `  ${meaning}`,
    ...shown.flatMap(finding => describeFinding(finding, stream)),
    ...(more > 0 ? [`  ${paint('dim', `and ${number(more)} more: see --json`, stream)}`] : []),
  ]
}

// Names of objects and instances are the words of whoever wrote the objects.
function describeFinding(
  { object, line, instance, first, last, detail }: Finding,
  stream: NodeJS.WriteStream,
): string[] {
  const where = object === null ? [] : [`${printable(object)}${line === null ? '' : `:${line}`}`]
  const numbers =
    first === null || last === null
      ? ''
      : first === last
        ? `number ${first}: `
        : `numbers ${first} to ${last}: `
  const who = instance === null ? '' : `instance ${printable(instance)}, ${numbers}`
  return [...where.map(text => `  ${paint('yellow', '•', stream)} ${text}`), `    ${who}${printable(detail)}`]
}

const number = (count: number): string => count.toLocaleString('en-US')
const counted = (count: number, what: string): string => `${number(count)} ${what}${count === 1 ? '' : 's'}`
const seconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z')
const size = (bytes: number): string =>
  bytes < 1e3
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1e3).toFixed(1)} kB`
      : `${(bytes / 1e6).toFixed(1)} MB`
