import type { DefaultRetention, DeleteMarkerEntry } from '@aws-sdk/client-s3'
import type { Findings } from './findings.ts'
import { dayOf } from './trail.ts'

/** Until when, and how strictly, an object is kept; undefined where it is not. */
export interface Retention {
  readonly mode: string | undefined
  readonly until: Date | undefined
}

const dayMs = 86_400_000
// Counted from an instant that is written to the second elsewhere.
const toleranceMs = 60_000

const promisedMs = ({ Days = 0, Years = 0 }: DefaultRetention): number => (Days + 365 * Years) * dayMs

/**
 * An object that is kept for a shorter time, or less strictly, than the bucket's default promises.
 *
 * @param weaker what else there is to say of it: see {@link createWeakening}
 */
export function checkRetention(
  object: string,
  written: Date | undefined,
  retention: Retention,
  promised: DefaultRetention,
  findings: Findings,
  weaker: string | null = null,
): void {
  const detail = shortfall(written, retention, promised) ?? weaker
  if (detail !== null) findings.add({ kind: 'unlocked', object, detail })
}

/**
 * Whether an object is kept for a shorter time, or less strictly, than those before it: the bucket's default is that of today, and
 * by it alone whoever lowered it would have kept what was promised. To be asked in the order of keys; null where it is not.
 */
export function createWeakening(): (written: Date | undefined, retention: Retention) => string | null {
  let longestMs = 0
  let wasCompliance = false
  return (written, { mode, until }) => {
    if (until === undefined || written === undefined) return null
    const ms = until.getTime() - written.getTime()
    const [before, isLaxer] = [longestMs, wasCompliance && mode !== 'COMPLIANCE']
    longestMs = Math.max(before, ms)
    wasCompliance ||= mode === 'COMPLIANCE'
    // A leap year is a day longer.
    if (ms < before - Math.max(toleranceMs, before / 180))
      return `retained for ${daysText(ms)}, ones before it for ${daysText(before)}`
    return isLaxer ? `retained in ${mode} mode, ones before it in COMPLIANCE` : null
  }
}

const daysText = (ms: number): string => `${Number((ms / dayMs).toFixed(1))} days`

function shortfall(
  written: Date | undefined,
  { mode, until }: Retention,
  promised: DefaultRetention,
): string | null {
  if (until === undefined || written === undefined) return 'no retention'
  if (until.getTime() - written.getTime() < promisedMs(promised) - toleranceMs)
    return `retained until ${until.toISOString()}, earlier than the bucket’s default`
  if (promised.Mode === 'COMPLIANCE' && mode !== 'COMPLIANCE')
    return `retained in ${mode} mode, which some may lift; the bucket’s default is COMPLIANCE`
  return null
}

/**
 * Delete markers that were set while the object was to be kept. The lifecycle sets them too, afterwards; of an object that is gone altogether it is
 * told by the day of its delivery.
 */
export function checkDeletions(
  object: string,
  markers: readonly DeleteMarkerEntry[],
  { promised, until }: { readonly promised: DefaultRetention | null; readonly until: Date | undefined },
  findings: Findings,
): void {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(dayOf(object) ?? '') ?? []
  const delivered = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const keptUntil = until?.getTime() ?? delivered + (promised ? promisedMs(promised) : Number.NaN)
  for (const { LastModified } of markers) {
    // Of what has no such day nobody can tell: that is no excuse for it.
    if (LastModified && LastModified.getTime() >= keptUntil) continue
    findings.add({
      kind: 'deleted',
      object,
      detail: `delete marker of ${LastModified?.toISOString() ?? 'an unknown time'}`,
    })
  }
}
