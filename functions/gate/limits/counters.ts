import { hash } from 'node:crypto'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { LimitManifest } from '../../../contract/gate-manifest.ts'
import { stateTable } from '../../../contract/state.ts'
import type { Ticket } from '../../../contract/ticket.ts'
import { judge, type Slices, sliceAt, staleSlices } from './window.ts'

export interface Counters {
  /** Counts one request of a caller. Denials: `limit.user` with when to come back, `store.unavailable`. */
  take(caller: Pick<Ticket, 'issuer' | 'subject'>, limit: LimitManifest): Promise<Decision<void>>
}

/** The state table, as far as counting needs it. */
export interface CounterStore {
  /** Adds one to a slice in one atomic write, and returns every slice of the item as it is then. */
  increment(key: string, slice: number, expiresAtSeconds: number): Promise<Slices>
  /** Drops slices that count no more. */
  forget(key: string, slices: readonly number[]): Promise<void>
}

const rememberedDenials = 10_000
const staleBeforeForgetting = 20

/**
 * Per-caller limits: one atomic write per request, whatever other instances are doing. Refused requests were counted
 * too, so this instance remembers a refused caller and neither counts nor writes until the caller may come back.
 */
export function createCounters(store: CounterStore, now: () => number): Counters {
  const deniedUntil = new Map<string, number>()

  const refuse = (key: string, untilMs: number) => {
    deniedUntil.delete(key)
    deniedUntil.set(key, untilMs)
    if (deniedUntil.size > rememberedDenials) deniedUntil.delete(deniedUntil.keys().next().value as string)
    return deny('limit.user', { retryAfterSeconds: Math.max(1, Math.ceil((untilMs - now()) / 1000)) })
  }

  return {
    async take(caller, limit) {
      const key = keyOf(caller, limit)
      const remembered = deniedUntil.get(key)
      if (remembered !== undefined && remembered > now()) return refuse(key, remembered)
      deniedUntil.delete(key)
      try {
        const current = sliceAt(now(), limit)
        const slices = await store.increment(key, current, Math.ceil(now() / 1000) + 2 * limit.periodSeconds)
        const stale = staleSlices(slices, current)
        if (stale.length > staleBeforeForgetting) await store.forget(key, stale)
        const verdict = judge(slices, current, limit)
        return verdict.within ? allow(undefined) : refuse(key, verdict.untilMs)
      } catch (error) {
        return deny('store.unavailable', { note: (error as Error).name })
      }
    },
  }
}

/**
 * Issuer and subject are hashed, so that the table holds no personal data; each part carries its length, so that no two
 * callers can share a key. The period is part of it: slices of another length would be counted as if they were ours.
 */
function keyOf(
  { issuer, subject }: Pick<Ticket, 'issuer' | 'subject'>,
  { counter, periodSeconds }: LimitManifest,
): string {
  const parts = [issuer, subject].map(part => `${Buffer.byteLength(part)}:${part}`).join('')
  return `${stateTable.userPrefix}${hash('sha256', parts, 'base64url')}#${counter}@${periodSeconds}`
}
