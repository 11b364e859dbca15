import type { Sample } from './statistics.ts'

// Beyond so many distinct values of one span, they are counted in bins.
const distinctMax = 100

/** Ratio between neighbouring bins: a percentile is at most 1 % off. */
const binRatio = Math.log(1.01)

/** What was measured of one metric in one span of time. */
export class Bucket implements Sample {
  /** Where the span begins, in milliseconds since the epoch. */
  readonly at: number
  count = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  readonly #counts = new Map<number, number>()
  #binned = false

  constructor(at: number) {
    this.at = at
  }

  get values(): Iterable<readonly [number, number]> {
    return this.#counts
  }

  add(value: number, times = 1): void {
    this.#summarize(value * times, times, value, value)
    this.#tally(value, times)
  }

  /** Takes in what was measured in another span. */
  absorb(other: Bucket): void {
    this.#summarize(other.sum, other.count, other.min, other.max)
    for (const [value, times] of other.#counts) this.#tally(value, times)
  }

  #summarize(sum: number, count: number, min: number, max: number): void {
    this.sum += sum
    this.count += count
    this.min = Math.min(this.min, min)
    this.max = Math.max(this.max, max)
  }

  #tally(value: number, times: number): void {
    const kept = this.#binned ? bin(value) : value
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + times)
    if (this.#binned || this.#counts.size <= distinctMax) return
    this.#binned = true
    const exact = [...this.#counts]
    this.#counts.clear()
    for (const [each, seen] of exact) this.#tally(each, seen)
  }
}

const bin = (value: number): number =>
  value === 0 ? 0 : Math.sign(value) * Math.exp(Math.round(Math.log(Math.abs(value)) / binRatio) * binRatio)
