import type { Findings } from './findings.ts'

/** An object of the delivery. */
export interface TrailObject {
  readonly name: string
  /** Its bytes as they are stored. */
  readonly read: () => Promise<AsyncIterable<Uint8Array>>
}

/** Where objects are kept. */
export interface Trail {
  /**
   * The objects of these days, by name, which Firehose begins with the time. What is wrong with an object's keeping goes to `findings`.
   */
  readonly objects: (days: Days, findings: Findings) => AsyncIterable<TrailObject>
}

/** Days of delivery in UTC, both included, as `20261122`. */
export interface Days {
  readonly from?: string
  readonly to?: string
}

/** The day in an object's name; undefined for one that has another layout than the delivery gives. */
export const dayOf = (name: string): string | undefined => /(?:^|\/)eventDay=(\d{8})\//.exec(name)?.[1]

/** Whatever does not say its day is read whatever is asked for: nothing is passed over because of its name. */
export function isOf({ from, to }: Days, name: string): boolean {
  const day = dayOf(name)
  return day === undefined || ((from === undefined || day >= from) && (to === undefined || day <= to))
}

/** Where Firehose puts what it failed on: see `errorOutputPrefix` of the delivery. */
export const isUndelivered = (name: string): boolean => /(?:^|\/)errors\/[^/]+\/eventDay=\d{8}\//.test(name)

/** A trail that cannot be read, for the person at the terminal. */
export class TrailError extends Error {
  override readonly name = 'TrailError'

  constructor(at: string, given: string, fix: string, options: { readonly cause?: unknown } = {}) {
    super(`${at}: ${given}\n  fix: ${fix}`, options)
  }
}
