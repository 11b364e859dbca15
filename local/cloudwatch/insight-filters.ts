import { CannotEvaluate } from './cannot-evaluate.ts'
import { leafAt, readPath } from './json-path.ts'

/** Whether a log entry counts. */
export type Accepts = (entry: unknown) => boolean

type Leaf = ReturnType<typeof leafAt>

const texts = (operand: unknown): readonly string[] => {
  if (Array.isArray(operand)) return operand.map(String)
  throw new CannotEvaluate('a filter takes a list here')
}

const number = (operand: unknown): number => {
  if (typeof operand === 'number') return operand
  throw new CannotEvaluate('a filter takes a number here')
}

const comparing =
  (compare: (value: number, operand: number) => boolean) =>
  (operand: unknown): ((leaf: Leaf) => boolean) => {
    const wanted = number(operand)
    return leaf => typeof leaf === 'number' && compare(leaf, wanted)
  }

const operators: Readonly<Record<string, (operand: unknown) => (leaf: Leaf) => boolean>> = {
  In: operand => {
    const wanted = texts(operand)
    return leaf => leaf !== undefined && wanted.includes(String(leaf))
  },
  NotIn: operand => {
    const unwanted = texts(operand)
    return leaf => leaf !== undefined && !unwanted.includes(String(leaf))
  },
  StartsWith: operand => {
    const wanted = texts(operand)
    return leaf => leaf !== undefined && wanted.some(start => String(leaf).startsWith(start))
  },
  GreaterThan: comparing((value, operand) => value > operand),
  LessThan: comparing((value, operand) => value < operand),
  EqualTo: comparing((value, operand) => value === operand),
  NotEqualTo: comparing((value, operand) => value !== operand),
  IsPresent: operand => {
    if (typeof operand !== 'boolean') throw new CannotEvaluate('IsPresent takes true or false')
    return leaf => (leaf !== undefined) === operand
  },
}

/** Reads the `Filters` of a Contributor Insights rule: all of them must accept. Throws a `CannotEvaluate` for one that is not known. */
export function readFilters(filters: unknown): Accepts {
  if (filters === undefined) return () => true
  if (!Array.isArray(filters)) throw new CannotEvaluate('Filters is no list')
  const tests = filters.map(filter => {
    const { Match, ...operation } = Object(filter) as Record<string, unknown>
    const path = readPath(Match)
    const [[name, operand] = ['', undefined], ...others] = Object.entries(operation)
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined
    if (!operator || others.length > 0) {
      throw new CannotEvaluate(
        `a filter by ${Object.keys(operation).join(', ') || 'nothing'} is not known here`,
      )
    }
    const test = operator(operand)
    return (entry: unknown) => test(leafAt(entry, path))
  })
  return entry => tests.every(test => test(entry))
}
