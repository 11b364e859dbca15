import type { Findings, Place } from './findings.ts'

/** What of an event its place in the chain is made of. */
export interface Link {
  readonly instance: string
  /** From 1. */
  readonly sequence: number
  /** SHA-256 of the line before, in base64url; empty for the first. */
  readonly previous: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** Events of an instance without a gap between them, of which only the two ends are kept. */
interface Run {
  first: number
  last: number
  /** What the first says of the event before it. */
  previous: string
  /** Of the last one's line. */
  hash: string
  from: Mark
  to: Mark
}
interface Mark extends Place {
  readonly time: number
}

/**
 * The chains of all instances, in whatever order their events come: two that are neighbours by number are compared as soon as both are
 * known, and forgotten. What is held grows with instances and gaps, not with events.
 */
export interface Chains {
  /** Whether this number is new; one that was seen is not looked at any further. `hash` is the line's own. */
  readonly add: (link: Link, hash: string, place: Place) => boolean
  /** Reports the gaps, once everything was added. `beginsLater`: an instance may have begun before what was asked for. */
  readonly finish: (beginsLater: boolean) => { readonly instances: number; readonly begunBefore: number }
  /** Runs that are held. */
  readonly size: () => number
}

export function createChains(findings: Findings): Chains {
  const runsOf = new Map<string, Run[]>()

  function compare(instance: string, before: Run, after: Run): void {
    if (before.hash === after.previous) return
    const { object, line } = after.from
    findings.add({
      kind: 'altered',
      object,
      line,
      instance,
      first: before.last,
      last: after.first,
      detail: `number ${after.first} was written after another number ${before.last} than the one in ${placeText(before.to, object)}`,
    })
  }

  return {
    add({ instance, sequence, previous, time }, hash, place) {
      const runs = runsOf.get(instance) ?? []
      if (runs.length === 0) runsOf.set(instance, runs)
      const at = firstAfter(runs, sequence)
      const [before, after] = [runs[at - 1], runs[at]]
      if (before && sequence <= before.last) return false
      const mark = { ...place, time }
      const run: Run = { first: sequence, last: sequence, previous, hash, from: mark, to: mark }
      if (sequence === 1 && previous !== '')
        findings.add({
          kind: 'altered',
          ...place,
          instance,
          first: 1,
          last: 1,
          detail: 'the first event of an instance says that another was before it',
        })
      const follows = before?.last === sequence - 1
      const precedes = after?.first === sequence + 1
      if (before && follows) {
        compare(instance, before, run)
        Object.assign(before, { last: sequence, hash, to: mark })
      }
      if (after && precedes) {
        compare(instance, run, after)
        if (before && follows) Object.assign(before, { last: after.last, hash: after.hash, to: after.to })
        else Object.assign(after, { first: sequence, previous, from: mark })
      }
      if (follows && precedes) runs.splice(at, 1)
      else if (!follows && !precedes) runs.splice(at, 0, run)
      return true
    },
    finish(beginsLater) {
      let begunBefore = 0
      for (const [instance, runs] of runsOf) {
        let before: Run | undefined
        for (const run of runs) {
          if (before) findings.add(gap(instance, before, run))
          else if (run.first > 1 && beginsLater) begunBefore += 1
          else if (run.first > 1) findings.add(beginning(instance, run))
          before = run
        }
      }
      return { instances: runsOf.size, begunBefore }
    },
    size: () => [...runsOf.values()].reduce((sum, runs) => sum + runs.length, 0),
  }
}

/** Index of the first run that begins after this number. Halving, so that a trail full of gaps is read to its end, too. */
function firstAfter(runs: readonly Run[], sequence: number): number {
  let [low, high] = [0, runs.length]
  // Almost always it is the last one that goes on.
  if ((runs.at(-1)?.first ?? 0) <= sequence) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((runs[middle] as Run).first > sequence) high = middle
    else low = middle + 1
  }
  return low
}

/** As seen from an object. */
const placeText = ({ object, line }: Place, from: string): string =>
  object === from ? `line ${line}` : `line ${line} of ${object}`
const timeText = (ms: number): string => new Date(ms).toISOString()

const gap = (instance: string, before: Run, after: Run) =>
  ({
    kind: 'missing',
    object: after.from.object,
    line: after.from.line,
    instance,
    first: before.last + 1,
    last: after.first - 1,
    detail: `after the one in ${placeText(before.to, after.from.object)}; written between ${timeText(before.to.time)} and ${timeText(after.from.time)}`,
  }) as const

const beginning = (instance: string, run: Run) =>
  ({
    kind: 'beginning',
    object: run.from.object,
    line: run.from.line,
    instance,
    first: 1,
    last: run.first - 1,
    detail: `written before ${timeText(run.from.time)}`,
  }) as const
