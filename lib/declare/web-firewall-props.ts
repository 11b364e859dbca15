import { Duration, Size } from 'aws-cdk-lib'
import { type ManagedGroup, type ManagedRule, managedGroups } from '../firewall/managed-rules.ts'
import { checkDuration, checkOptions, checkSize, checkWhole, describeValue, readReasons } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { type Keeping, type KeepingOptions, keepingOptions, readKeeping } from './keeping.ts'

/** What may be left out of a firewall, for a reason. */
export type FirewallPart = 'rate' | 'bodySize' | 'headerSize' | ManagedGroup

/** Its `encryptionKey` is for its log. */
export interface WebFirewallProps extends KeepingOptions {
  /**
   * Whether what the rules find is refused, or only counted and logged. To begin with, count, read the log, then block. Addresses that
   * operators block are refused either way.
   */
  readonly mode: 'block' | 'count'
  /** How many requests one address may send. @default - 2000 per 5 minutes */
  readonly rate?: FirewallRate
  /**
   * The largest body that is let in, up to 64 KiB, which is as far as WAF can look: what is beyond, no rule would see. Routes that take larger
   * ones are refused at synth. Beyond 16 KiB AWS charges for what it inspects.
   * @default Size.kibibytes(64)
   */
  readonly maxBody?: Size
  /**
   * What is left out, and why: `common`, `knownBadInputs`, `ipReputation`, `anonymousIp`, `rate`, `bodySize`, `headerSize`. Security: without
   * `bodySize` only the first 64 KiB of a body are looked into, without `headerSize` the first 8 KiB of headers, and an attack can stand
   * behind them.
   * @default - nothing
   */
  readonly unsafeWithout?: Readonly<Partial<Record<FirewallPart, string>>>
  /** Single rules of AWS's groups that only count where the firewall blocks, and why. @default - none */
  readonly unsafeCountOnly?: Readonly<Partial<Record<ManagedRule, string>>>
}

export interface FirewallRate {
  /** From 10 to 2,000,000,000. WAF counts roughly, and takes up to a minute to notice. */
  readonly requests: number
  /** 1, 2, 5 or 10 minutes. */
  readonly per: Duration
}

export interface DeclaredFirewall {
  readonly mode: WebFirewallProps['mode']
  readonly rate: { readonly requests: number; readonly seconds: number }
  readonly maxBodyBytes: number
  readonly without: ReadonlyMap<FirewallPart, string>
  readonly countOnly: ReadonlyMap<ManagedRule, string>
  readonly keeping: Keeping
}

const options = ['mode', 'rate', 'maxBody', 'unsafeWithout', 'unsafeCountOnly', ...keepingOptions]
const groups = Object.keys(managedGroups) as ManagedGroup[]
const parts: readonly FirewallPart[] = ['rate', 'bodySize', 'headerSize', ...groups]

/** As far as WAF looks into a body before API Gateway, at the most. */
export const mostInspectedBytes = 64 * 1024

/** Of headers, and of the cookies among them. */
export const mostInspectedHeaderBytes = 8 * 1024

/** Throws a `DeclarationError`. `at` is the firewall's path. */
export function readFirewall(at: string, props: WebFirewallProps): DeclaredFirewall {
  checkOptions(at, props, options, "{ mode: 'count' }")
  if (props.mode !== 'block' && props.mode !== 'count') {
    throw new DeclarationError({
      at: `${at} mode`,
      given: describeValue(props.mode),
      allowed: "'block' or 'count'",
      fix: "write mode: 'count' to begin with, and 'block' once its log shows nobody who is welcome",
    })
  }
  const without = readReasons(`${at} unsafeWithout`, props.unsafeWithout, parts)
  refuseUnread(at, props, without)
  const left = groups.filter(group => !without.has(group)).flatMap(group => managedGroups[group].rules)
  return {
    mode: props.mode,
    rate: readRate(`${at} rate`, props.rate),
    maxBodyBytes: readMaxBody(`${at} maxBody`, props.maxBody),
    without,
    countOnly: readReasons(`${at} unsafeCountOnly`, props.unsafeCountOnly, left),
    keeping: readKeeping(at, props),
  }
}

/** What says how a part is, where the part is left out. */
function refuseUnread(at: string, props: WebFirewallProps, without: ReadonlyMap<FirewallPart, string>): void {
  for (const [option, part] of [
    ['rate', 'rate'],
    ['maxBody', 'bodySize'],
  ] as const) {
    if (props[option] === undefined || !without.has(part)) continue
    throw new DeclarationError({
      at: `${at} ${option}`,
      given: `${option}, and unsafeWithout.${part}`,
      allowed: 'one of the two',
      fix: `remove unsafeWithout.${part}`,
    })
  }
}

const windows = [1, 2, 5, 10]

function readRate(at: string, given: FirewallRate = { requests: 2000, per: Duration.minutes(5) }) {
  checkOptions(at, given, ['requests', 'per'], '{ requests: 2000, per: Duration.minutes(5) }')
  const requests = checkWhole(`${at} requests`, given.requests, {
    least: 10,
    most: 2_000_000_000,
    fix: 'finer limits, counted exactly and by caller, are limits of the API',
  })
  const fix = 'these are the windows that WAF has'
  const seconds = checkDuration(`${at} per`, given.per, {
    unit: 'seconds',
    least: 60,
    most: 600,
    fix,
  }).toSeconds()
  if (windows.includes(seconds / 60)) return { requests, seconds }
  throw new DeclarationError({
    at: `${at} per`,
    given: `${seconds} seconds`,
    allowed: `${windows.slice(0, -1).join(', ')} or ${windows.at(-1)} minutes`,
    fix,
  })
}

function readMaxBody(at: string, given = Size.bytes(mostInspectedBytes)): number {
  const bytes = checkSize(at, given)
  if (bytes <= mostInspectedBytes) return bytes
  throw new DeclarationError({
    at,
    given: `${bytes} bytes`,
    allowed: 'up to 64 KiB, as far as WAF looks into a body',
    fix: "to let larger ones in, of which it sees the beginning, write unsafeWithout: { bodySize: 'why' }",
  })
}
