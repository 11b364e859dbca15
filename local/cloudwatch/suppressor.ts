import { CannotEvaluate } from './cannot-evaluate.ts'
import type { StateValue } from './status.ts'

/** What holds back a composite alarm's actions. */
export interface Suppressor {
  /** Name or ARN of the alarm that does. */
  readonly alarm: string
  /** Of what is to be notified now, what gets through; and of what was held back before, what is let go. */
  readonly pass: (step: {
    /** Milliseconds since the epoch. */
    readonly at: number
    readonly state: StateValue
    readonly actions: readonly string[]
    readonly suppressing: boolean
  }) => { readonly actions: readonly string[]; readonly suppressed?: string }
}

/**
 * Reads `ActionsSuppressor` with its periods; undefined where there is none. Within the wait period the suppressor may still come,
 * and within the extension period after it actions are still held back.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
 */
export function readSuppressor(properties: Readonly<Record<string, unknown>>): Suppressor | undefined {
  const {
    ActionsSuppressor: alarm,
    ActionsSuppressorWaitPeriod: wait,
    ActionsSuppressorExtensionPeriod: extension,
  } = properties
  if (alarm === undefined) return undefined
  const [waitMs, extensionMs] = [Number(wait) * 1000, Number(extension) * 1000]
  if (!Number.isFinite(waitMs) || !Number.isFinite(extensionMs)) {
    throw new CannotEvaluate('ActionsSuppressor takes a wait period and an extension period')
  }
  let held: { since: number; state: StateValue; actions: readonly string[] } | undefined
  let suppressed = false
  let releasedAt: number | undefined

  return {
    alarm: String(alarm),
    pass({ at, state, actions, suppressing }) {
      if (suppressed && !suppressing) releasedAt = at
      suppressed = suppressing
      if (actions.length > 0) held = { since: at, state, actions }
      // What was held back is outdated.
      else if (held && held.state !== state) held = undefined
      if (!held) return { actions: [] }
      if (suppressing) return { actions: [], suppressed: 'Alarm' }
      if (releasedAt !== undefined && at < releasedAt + extensionMs) {
        return { actions: [], suppressed: 'ExtensionPeriod' }
      }
      const wasSuppressed = releasedAt !== undefined && releasedAt > held.since
      if (!wasSuppressed && at < held.since + waitMs) return { actions: [], suppressed: 'WaitPeriod' }
      const released = held.actions
      held = undefined
      return { actions: released }
    },
  }
}
