/** One measured figure, as `--json` prints it. Whatever was measured beside it, in the same run, is its baseline. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'ms' | 'µs' | 's' | 'calls' | 'bytes' | 'units' | 'USD'
  readonly baseline: number | null
  /** value / baseline */
  readonly ratio: number | null
  readonly goal: string | null
  readonly met: boolean | null
}

/** What a group of figures needs to say for itself: its figures, and what the baseline is. */
export interface Report {
  readonly title: string
  readonly baseline?: string
  readonly figures: readonly Figure[]
}

export interface Goal {
  readonly of: 'value' | 'ratio'
  readonly atMost: number
}

/** A figure, with its ratio and whether it meets its goal. */
export function figure(
  name: string,
  value: number,
  unit: Figure['unit'],
  { baseline = null, goal }: { baseline?: number | null; goal?: Goal } = {},
): Figure {
  const ratio = baseline === null || baseline === 0 ? null : value / baseline
  const judged = goal?.of === 'ratio' ? ratio : value
  return {
    name,
    value,
    unit,
    baseline,
    ratio,
    goal: goal ? `${goal.of} <= ${goal.atMost}` : null,
    met: goal && judged !== null ? judged <= goal.atMost : null,
  }
}
