import type { Link } from './chain.ts'
import type { Findings, Place } from './findings.ts'

// Firehose writes again what it is not sure to have written, soon after: so many events back at least they are remembered.
const recentMax = 65_536
// What comes again later than that is looked up by reading once more. Some hundred bytes each.
const lateMax = 1_000_000

interface Again extends Place {
  readonly hash: string
}

/** Events that are there more than once: a delivery's doing where they are the same byte for byte, somebody's where not. */
export interface Duplicates {
  /** The first event of its number. */
  readonly first: (link: Link, hash: string) => void
  /** Another one. */
  readonly again: (link: Link, hash: string, place: Place) => void
  /** Of a second reading in the same order: any event. */
  readonly reread: (link: Link, hash: string) => void
  /** How many are still to be compared, which takes a second reading. */
  readonly open: () => number
  readonly count: () => number
}

export function createDuplicates(
  findings: Findings,
  { recent = recentMax, late = lateMax }: { readonly recent?: number; readonly late?: number } = {},
): Duplicates {
  // Two generations: to take the oldest entry out of one map is slow in V8, which walks over those that were taken out before.
  let [young, old] = [new Map<string, string>(), new Map<string, string>()]
  const waiting = new Map<string, Again[]>()
  let count = 0
  let [held, uncompared] = [0, 0]

  function compare({ instance, sequence }: Link, known: string, { hash, object, line }: Again): void {
    if (hash === known) count += 1
    else
      findings.add({
        kind: 'conflicting',
        object,
        line,
        instance,
        first: sequence,
        last: sequence,
        detail: 'not the event of this number that was read before',
      })
  }

  return {
    first(link, hash) {
      young.set(keyOf(link), hash)
      if (young.size >= recent) [young, old] = [new Map(), young]
    },
    again(link, hash, place) {
      const known = young.get(keyOf(link)) ?? old.get(keyOf(link))
      if (known !== undefined) return compare(link, known, { ...place, hash })
      if (held >= late) {
        // Once is enough to say so.
        if (uncompared === 0)
          findings.add({ kind: 'uncompared', ...place, detail: `from here on, after ${late} such events` })
        uncompared += 1
        return
      }
      held += 1
      const others = waiting.get(keyOf(link))
      if (others) others.push({ ...place, hash })
      else waiting.set(keyOf(link), [{ ...place, hash }])
    },
    reread(link, hash) {
      const key = keyOf(link)
      const copies = waiting.get(key)
      if (!copies) return
      waiting.delete(key)
      for (const copy of copies) compare(link, hash, copy)
    },
    open: () => waiting.size,
    count: () => count,
  }
}

const keyOf = ({ instance, sequence }: Link): string => `${instance}-${sequence}`
