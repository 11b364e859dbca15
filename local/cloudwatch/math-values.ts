import { CannotEvaluate } from './cannot-evaluate.ts'
import type { BinaryOperator } from './expression.ts'
import { type Series, sameGrid } from './series.ts'

/** What an expression comes to. */
export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly series: Series }
  | { readonly kind: 'array'; readonly array: readonly Series[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'word'; readonly word: string }

export const scalar = (value: number): Value => ({ kind: 'scalar', value })
export const one = (series: Series): Value => ({ kind: 'series', series })
export const many = (array: readonly Series[]): Value => ({ kind: 'array', array })

type Operation = (a: number, b: number) => number | null

const truth = (is: boolean): number => (is ? 1 : 0)

// A data point that would be divided by zero is dropped.
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

const operations: Readonly<Record<BinaryOperator, Operation>> = {
  '+': (a, b) => finite(a + b),
  '-': (a, b) => finite(a - b),
  '*': (a, b) => finite(a * b),
  '/': (a, b) => finite(a / b),
  '^': (a, b) => finite(a ** b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  AND: (a, b) => truth(a !== 0 && b !== 0),
  OR: (a, b) => truth(a !== 0 || b !== 0),
}

/**
 * Two values by an operator. Of two series, what is missing in one counts as 0, and what is missing in both stays missing;
 * a number is there where the series is.
 */
export function combine(operator: BinaryOperator, left: Value, right: Value): Value {
  const operation = operations[operator]
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const value = operation(left.value, right.value)
    if (value === null) throw new CannotEvaluate(`${left.value} ${operator} ${right.value} is not a number`)
    return scalar(value)
  }
  if (left.kind === 'array' && right.kind === 'array') {
    throw new CannotEvaluate(`${operator} between two arrays of series is not defined`)
  }
  if (left.kind === 'array') return many(left.array.map(series => pair(operator, one(series), right)))
  if (right.kind === 'array') return many(right.array.map(series => pair(operator, left, one(series))))
  return one(pair(operator, left, right))
}

function pair(operator: BinaryOperator, left: Value, right: Value): Series {
  const operation = operations[operator]
  if (left.kind === 'series' && right.kind === 'series') {
    const [a, b] = [left.series, right.series]
    refuseOtherGrid([a, b])
    const values = a.values.map((value, index) => {
      const other = b.values[index] ?? null
      return value === null && other === null ? null : operation(value ?? 0, other ?? 0)
    })
    return { ...a, values }
  }
  if (left.kind === 'series') {
    const b = numberOf(right, operator)
    return mapped(left.series, value => (value === null ? null : operation(value, b)))
  }
  const a = numberOf(left, operator)
  const b = seriesOf(right, operator)
  return mapped(b, value => (value === null ? null : operation(a, value)))
}

export const mapped = (
  series: Series,
  change: (value: number | null, index: number) => number | null,
): Series => ({ ...series, values: series.values.map(change) })

/** Data points of different periods stand for different spans: to combine them would give a number that means nothing. */
export function refuseOtherGrid(all: readonly Series[]): void {
  const [first] = all
  if (first && !all.every(({ grid }) => sameGrid(grid, first.grid))) {
    throw new CannotEvaluate('series of different periods are not combined here')
  }
}

export function numberOf(value: Value | undefined, at: string): number {
  if (value?.kind === 'scalar') return value.value
  throw new CannotEvaluate(`${at} takes a number, not ${nameOf(value)}`)
}

export function seriesOf(value: Value | undefined, at: string): Series {
  if (value?.kind === 'series') return value.series
  throw new CannotEvaluate(`${at} takes a time series, not ${nameOf(value)}`)
}

export function arrayOf(value: Value | undefined, at: string): readonly Series[] {
  if (value?.kind === 'array') return value.array
  if (value?.kind === 'series') return [value.series]
  throw new CannotEvaluate(`${at} takes time series, not ${nameOf(value)}`)
}

const names = {
  scalar: 'a number',
  series: 'a time series',
  array: 'an array of time series',
  text: 'a text',
  word: 'a word',
} as const

const nameOf = (value: Value | undefined): string => (value ? names[value.kind] : 'nothing')
