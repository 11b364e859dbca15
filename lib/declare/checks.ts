import { type Duration, type Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { DeclarationError } from './declaration-error.ts'

// What JavaScript, or a cast, can hand in, is told in this library's words. Types tell it sooner.

/** Any value in few words, without showing CDK's placeholders, what a large object holds, or a key that was pasted in the wrong place. */
export function describeValue(given: unknown): string {
  if (given === undefined) return 'nothing'
  if (Token.isUnresolved(given)) return 'a deploy-time value'
  if (typeof given === 'string') {
    const [, block] = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(given) ?? []
    return block === undefined ? JSON.stringify(given) : `text with a PEM block of ${block}`
  }
  if (typeof given === 'function') return 'a function'
  if (typeof given !== 'object' || given === null) return String(given)
  if (Array.isArray(given)) return given.length === 0 ? 'an empty list' : `a list of ${given.length}`
  const { name } = given.constructor ?? {}
  return name && name !== 'Object' ? `an object of class ${name}` : 'an object'
}

/** Options or a record: refuses lists, text, and things that are instances of something else. */
export function checkObject(at: string, given: unknown, allowed: string, fix: string): void {
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !Token.isUnresolved(given)) {
    return
  }
  throw new DeclarationError({ at, given: describeValue(given), allowed, fix })
}

/**
 * Refuses what is no object, and keys that nobody would read: a misspelt option is a protection that is not there.
 *
 * @param known the keys that are read
 * @param example what to write where there is no object
 */
export function checkOptions(
  at: string,
  given: unknown,
  known: readonly string[],
  example = `{ ${known[0]}: … }`,
): void {
  const allowed = known.join(', ')
  checkObject(at, given, `an object with ${allowed}`, `write ${example}`)
  for (const key of Object.keys(given as object)) {
    if (known.includes(key)) continue
    throw new DeclarationError({
      at,
      given: `unknown option "${key}"`,
      allowed,
      fix: `remove "${key}", or spell it as one of the above`,
    })
  }
}

/** True, false, or left out. */
export function checkFlag(at: string, given: unknown, fix: string): void {
  if (given === undefined || typeof given === 'boolean') return
  throw new DeclarationError({ at, given: describeValue(given), allowed: 'true or false', fix })
}

export interface TextRules {
  /** What to write instead. */
  readonly fix: string
  /** What it may be, where that is more than a text, or a list of texts. */
  readonly allowed?: string
  /** Whether the value may be known only at deploy. It is not to be looked into here then. @default false */
  readonly deployTime?: boolean
}

/** Text that is not empty, and not blank. */
export function checkText(
  at: string,
  given: unknown,
  { fix, allowed = 'a non-empty string', deployTime = false }: TextRules,
): string {
  const late = Token.isUnresolved(given)
  if (typeof given === 'string' && given.trim() !== '' && (deployTime || !late)) return given
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: late ? 'text that is known at synth' : allowed,
    fix,
  })
}

/**
 * A construct's id that metrics are found by. CloudWatch drops those with a value of a dimension that it does not take, and says so nowhere.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export function checkMeasuredId(at: string, given: string, fix: string): void {
  if (/^[ -~]*$/.test(given)) return
  const allowed = 'printable ASCII: metrics are found by it'
  throw new DeclarationError({ at, given: describeValue(given), allowed, fix })
}

/**
 * A list of different texts, none of them empty. A lone string is refused: spread, it would be a list of letters.
 *
 * @param rules `atLeast` is how many there must be: 1 unless stated, since an empty list asks for nothing
 */
export function checkTexts(
  at: string,
  given: unknown,
  { atLeast = 1, ...rules }: TextRules & { readonly atLeast?: number },
): readonly string[] {
  const complain = (what: string): never => {
    throw new DeclarationError({
      at,
      given: what,
      allowed: rules.allowed ?? `a list of ${atLeast > 0 ? 'one or more ' : ''}different, non-empty strings`,
      fix: rules.fix,
    })
  }
  if (!Array.isArray(given) || Token.isUnresolved(given) || given.length < atLeast) {
    return complain(describeValue(given))
  }
  const texts = given.map((text, i) => checkText(`${at}[${i}]`, text, rules))
  const twice = texts.find((text, i) => texts.indexOf(text) !== i)
  return twice === undefined ? texts : complain(`${describeValue(twice)} twice`)
}

/**
 * Reasons by the name of what is left out. Unknown names are refused, and reasons that say nothing.
 *
 * @param known what there is, of `whose`
 */
export function readReasons<Name extends string>(
  at: string,
  given: Readonly<Partial<Record<Name, string>>> | undefined,
  known: readonly Name[],
  whose = 'the firewall',
): ReadonlyMap<Name, string> {
  if (given === undefined) return new Map()
  checkObject(at, given, 'an object of reasons by name', `write { ${known[0]}: 'why' }`)
  const names = Object.keys(given) as Name[]
  const stranger = names.find(name => !known.includes(name))
  if (stranger !== undefined) {
    throw new DeclarationError({
      at,
      given: `unknown name "${stranger}"`,
      allowed: known.join(', '),
      fix: `spell it as one of these, which are what ${whose} has; letters and case count`,
    })
  }
  return new Map(
    names.map(name => [
      name,
      checkText(`${at} ${name}`, given[name], { fix: 'say why, for whoever reads it later' }),
    ]),
  )
}

/** A whole number within bounds. */
export function checkWhole(
  at: string,
  given: unknown,
  { least, most, fix }: { readonly least: number; readonly most: number; readonly fix: string },
): number {
  if (Number.isSafeInteger(given) && Number(given) >= least && Number(given) <= most) return Number(given)
  const allowed = `a whole number from ${countText(least)} to ${countText(most)}`
  throw new DeclarationError({ at, given: describeValue(given), allowed, fix })
}

/** A number within bounds, in steps as fine as you like. */
export function checkWithin(
  at: string,
  given: unknown,
  { least, most, fix }: { readonly least: number; readonly most: number; readonly fix: string },
): number {
  if (typeof given === 'number' && given >= least && given <= most && !Token.isUnresolved(given)) return given
  const allowed = `a number from ${countText(least)} to ${countText(most)}`
  throw new DeclarationError({ at, given: describeValue(given), allowed, fix })
}

/** `1000`, and `2,000,000`. */
const countText = (count: number): string =>
  new Intl.NumberFormat('en', { useGrouping: 'min2' }).format(count)

export interface DurationBounds {
  /** The unit in which it must be a whole number, and in which the bounds are. */
  readonly unit: 'milliseconds' | 'seconds' | 'days'
  readonly least: number
  readonly most: number
  readonly fix: string
}

/** A `Duration` within bounds. A bare number says nothing of its unit. */
export function checkDuration(at: string, given: unknown, bounds: DurationBounds): Duration {
  const { unit, least, most, fix } = bounds
  // By what it can do, not by its class: there may be a second copy of aws-cdk-lib.
  const duration =
    typeof (given as Duration | null)?.toMilliseconds === 'function' ? (given as Duration) : null
  const late = duration?.isUnresolved() ?? false
  const ms = duration && !late ? duration.toMilliseconds({ integral: false }) : Number.NaN
  const unitMs = { milliseconds: 1, seconds: 1000, days: timeUnits.day }[unit]
  const amount = ms / unitMs
  const isWithin = (whole: unknown) =>
    Number.isInteger(whole) && Number(whole) >= least && Number(whole) <= most
  if (duration && isWithin(amount)) return duration
  const ifSeconds =
    unit === 'seconds' ? given : typeof given === 'number' ? (given * 1000) / unitMs : undefined
  const fromNumber = isWithin(ifSeconds)
    ? `Duration.seconds(${given})`
    : isWithin(given)
      ? `Duration.${unit === 'days' ? 'days' : 'millis'}(${given})`
      : undefined
  throw new DeclarationError({
    at,
    given: late ? 'a deploy-time value' : duration ? `${amount} ${unit}` : describeValue(given),
    allowed: `a Duration from ${timeText(least * unitMs)} to ${timeText(most * unitMs)}, in whole ${unit}`,
    fix: fromNumber === undefined ? fix : `write ${fromNumber}`,
  })
}

const timeUnits = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 }

/** `365 days`, in the largest unit of which it is a whole number. */
function timeText(ms: number): string {
  const [name, size] = Object.entries(timeUnits).find(([, each]) => ms >= each && ms % each === 0) ?? [
    'second',
    1000,
  ]
  return `${ms / size} ${name}${ms === size ? '' : 's'}`
}

/**
 * The most that a request or an answer may hold. A Lambda invocation carries 6 MB (6,291,456 bytes) in either direction,
 * and API Gateway 10 MB. The rest is for what travels beside it: headers, the caller, the escapes of JSON within JSON.
 */
const mostBytes = 5 * 1024 * 1024

/** A `Size` that a Lambda invocation can carry, in bytes. */
export function checkSize(at: string, given: unknown): number {
  const size = typeof (given as Size | null)?.toBytes === 'function' ? (given as Size) : null
  const late = size?.isUnresolved() ?? false
  const bytes = size && !late ? size.toBytes({ rounding: SizeRoundingBehavior.NONE }) : Number.NaN
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= mostBytes) return bytes
  throw new DeclarationError({
    at,
    given: late ? 'a deploy-time value' : size ? `${bytes} bytes` : describeValue(given),
    allowed: 'a Size of 1 byte to 5 MiB',
    fix: 'a Lambda invocation carries 6 MB in all; for more, hand out a link to a store, such as a presigned URL',
  })
}

/** A URL that is known at synth must be plain https; one that is known only at deploy is checked when a function loads. */
export function checkHttps(at: string, what: string, given: unknown): void {
  if (typeof given === 'string' && Token.isUnresolved(given)) return
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url?.protocol === 'https:' && !url.username && !url.password && !url.search && !url.hash) return
  throw new DeclarationError({
    at,
    given: `${what} ${describeValue(given)}`,
    allowed: 'an https URL without user, query or fragment',
    fix: 'name the production URL; on your machine `sallyport dev` puts a local server in its place',
  })
}

/** An id that no construct beside it has. CDK reads `/` in ids as `--`. */
export function checkFreeId(at: string, scope: Construct, id: string, fix: string): void {
  if (!scope.node.tryFindChild(id)) return
  throw new DeclarationError({
    at,
    given: `the construct id "${id.replaceAll('/', '--')}", which is taken`,
    allowed: `an id that nothing else in ${scope.node.path} has`,
    fix,
  })
}
