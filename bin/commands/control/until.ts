import { InvalidArgumentError } from 'commander'

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const
// Without an offset it would be another time on another machine.
const isoTime = /^(\d{4})-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/

/** Reads `2h`, `7d` (from now on), `2026-12-01` (its beginning, UTC) or `2026-12-01T18:00Z`. */
export const readTime = (text: string, nowMs = Date.now()): Date => read(text, ms => nowMs + ms)

/** Reads a time that has come: `2h` is two hours ago. */
export function readPast(text: string, nowMs = Date.now()): Date {
  const time = read(text, ms => nowMs - ms)
  if (time.getTime() <= nowMs) return time
  throw new InvalidArgumentError(
    'It is in the future: tokens that are issued until then would be refused as well.',
  )
}

function read(text: string, at: (durationMs: number) => number): Date {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  if (amount && unit)
    return new Date(at(Number(amount) * unitSeconds[unit as keyof typeof unitSeconds] * 1000))
  const [, year, month, day] = isoTime.exec(text) ?? []
  const date = new Date(text)
  // The 31st of a shorter month would be a day of the next.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  if (year && Number(day) <= daysInMonth && !Number.isNaN(date.getTime())) return date
  if (/^[\d-]{10}T[\d:.]+$/.test(text) && !Number.isNaN(Date.parse(`${text}Z`)))
    throw new InvalidArgumentError(`The offset is missing: ${text}Z in UTC, or for example ${text}+01:00.`)
  throw new InvalidArgumentError(
    'It is a duration as 30s, 30m, 2h, 7d or 2w, a day as 2026-12-01, or a time as 2026-12-01T18:00Z.',
  )
}

export const timeText = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')

/** `in 2 h`, `in 7 d`: rounded, beside the exact time. */
export function distanceText(seconds: number, nowSeconds: number): string {
  const left = Math.max(0, seconds - nowSeconds)
  const [size, unit] =
    left < 100 ? [1, 's'] : left < 6000 ? [60, 'min'] : left < 172_800 ? [3600, 'h'] : [86_400, 'd']
  return `in ${Math.round(left / (size as number))} ${unit}`
}
