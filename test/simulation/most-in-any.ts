/** Something that passed: when, really, and how much it counts. */
export interface Passed {
  readonly atMs: number
  readonly cost: number
  readonly caller: number
}

/** The most that passed in any interval of this length, wherever it begins; its end is not part of it. */
export function mostInAny(lengthMs: number, passed: readonly Passed[]): number {
  let most = 0
  let sum = 0
  let oldest = 0
  for (const { atMs, cost } of passed) {
    sum += cost
    for (let first = passed[oldest]; first && first.atMs <= atMs - lengthMs; first = passed[oldest]) {
      sum -= first.cost
      oldest += 1
    }
    most = Math.max(most, sum)
  }
  return most
}
