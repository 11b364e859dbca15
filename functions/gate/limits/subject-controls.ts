import { isInForce } from '../../../contract/control.ts'
import type { Deny } from '../../../contract/decision.ts'
import type { Ticket } from '../../../contract/ticket.ts'
import { type Clock, type Instant, instant, since } from '../../runtime/clock.ts'
import { Recent } from '../../runtime/recent.ts'
import { judge } from './orders.ts'
import type { Item, StateStore } from './store.ts'

type SubjectControls = Pick<Item, 'quarantine' | 'revoke'>

/** What is ordered about subjects. It stands in the item of their counters, so whoever counts has read it. */
export interface Subjects {
  /** What is remembered to be ordered about the caller; null: nothing, or nothing is remembered. */
  recall(key: string, ticket: Ticket): Deny | null
  /** Takes note of an item that a count returned which was made at `at`. */
  saw(key: string, item: SubjectControls, at: Instant): void
  /** What is ordered, read where it is not remembered. Throws when the table does not answer. */
  find(key: string, ticket: Ticket): Promise<Deny | null>
}

const remembered = 10_000
const freshMs = 2000

export function createSubjects(store: StateStore, clock: Clock): Subjects {
  const memory = new Recent<{ readonly controls: SubjectControls; readonly at: Instant }>(remembered)

  const recalled = (key: string): SubjectControls | null => {
    const known = memory.get(key)
    return known && since(known.at, clock) < freshMs ? known.controls : null
  }
  const ordered = ({ quarantine, revoke }: SubjectControls, ticket: Ticket): Deny | null => {
    for (const control of [quarantine, revoke]) {
      const denial = control && isInForce(control, clock.wall() / 1000) ? judge(control, ticket) : null
      if (denial) return denial
    }
    return null
  }

  /** As old as the question: the answer may have been on its way for long, while the instance stood still. */
  const note = (key: string, { quarantine, revoke }: SubjectControls, at: Instant) => {
    const known = memory.get(key)
    if (!known || since(at, clock) <= since(known.at, clock))
      memory.set(key, { controls: { quarantine, revoke }, at })
  }

  return {
    recall(key, ticket) {
      const controls = recalled(key)
      return controls && ordered(controls, ticket)
    },
    saw: note,
    async find(key, ticket) {
      const known = recalled(key)
      const at = instant(clock)
      const controls = known ?? (await store.read(key)) ?? { quarantine: null, revoke: null }
      // What is remembered does not get younger by being used.
      if (!known) note(key, controls, at)
      return ordered(controls, ticket)
    },
  }
}
