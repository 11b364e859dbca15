import type { Control } from '../../../contract/control.ts'
import type { SharedControls } from './shared-controls.ts'

/** An item of the state table, as far as counting and deciding need it. */
export interface Item {
  /** By their attributes' names: see `counterAttribute`. */
  readonly counts: ReadonlyMap<string, number>
  readonly quarantine: Control | null
  readonly revoke: Control | null
}

/** What stands in an item cannot be read, so nobody knows what it orders: whom it is about is refused, and nobody else. */
export class UnreadableState extends Error {
  override readonly name = 'UnreadableState'
}

/** One key is written faster than DynamoDB lets it: whoever it counts is beyond any limit. */
export class KeyThrottled extends Error {
  override readonly name = 'KeyThrottled'
}

export interface Change {
  /** What to add to counts, by their names; less than nothing gives back what was counted too much. */
  readonly add: ReadonlyMap<string, number>
  /** Counts that no window reaches any more. */
  readonly remove: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** The state table. Every call may fail, and is not tried again: whoever asked decides what that means. */
export interface StateStore {
  /** Makes all of a change in one atomic write, and returns the item as it is then. */
  change(key: string, change: Change): Promise<Item>
  read(key: string): Promise<Item | null>
  /** The item of controls. Made, with a key of its own, where there is none yet. */
  readControls(): Promise<SharedControls>
}

/** A count's attribute: its name and its slice. Names end in no digit, so the two can be told apart. */
export const counterAttribute = (counter: string, slice: number): string => `${counter}.${slice.toString(36)}`

/** The slices of one counter among the counts of an item. */
export function countsOf(item: Item, counter: string): Map<number, number> {
  const counts = new Map<number, number>()
  const start = `${counter}.`
  for (const [name, count] of item.counts) {
    if (name.startsWith(start)) counts.set(Number.parseInt(name.slice(start.length), 36), count)
  }
  return counts
}
