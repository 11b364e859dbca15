import { expect, test } from 'vitest'
import { parseExpression } from '../../../local/cloudwatch/expression.ts'
import { createQueryEngine, type MetricQuery } from '../../../local/cloudwatch/queries.ts'
import { createMetricStore } from '../../../local/cloudwatch/store.ts'

// Examples of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html where they are marked so.

type Values = ReadonlyArray<number | null>

const start = 1_700_000_100_000 - (1_700_000_100_000 % 300_000)

/** Lines of an expression over metrics that have these values, a minute each. */
function evaluate(expression: string, metrics: Record<string, Values>, count = 5) {
  const store = createMetricStore({ now: () => start + 3_600_000 })
  const queries = Object.entries(metrics).map(([id, values]): MetricQuery => {
    const metric = { namespace: 'N', name: id, dimensions: {} }
    values.forEach((value, index) => {
      if (value !== null) store.put({ ...metric, timestamp: start + index * 60_000, values: [value] })
    })
    return { id, kind: 'metric', metric, stat: 'Sum', periodMs: 60_000 }
  })
  const query = { kind: 'expression', expression: parseExpression(expression), periodMs: 60_000 } as const
  const span = { from: start, to: start + count * 60_000 }
  return createQueryEngine(store)
    .lines(query, queries, span)
    .series.map(({ values }) => values)
}

const m1 = [30, 20, 0, 0, null]
const m2 = [20, null, 20, null, null]

test.each<[string, string, Record<string, Values>, Values]>([
  ['documented: <', 'metric1 < metric2', { metric1: m1, metric2: m2 }, [0, 0, 1, 0, null]],
  ['documented: >=', 'metric1 >= 30', { metric1: m1 }, [1, 0, 0, 0, null]],
  ['documented: AND', 'metric1 > 15 AND metric2 > 15', { metric1: m1, metric2: m2 }, [1, 0, 0, 0, null]],
  ['&& and ||', 'a > 15 && b > 15 || a == 0', { a: m1, b: m2 }, [1, 0, 1, 1, null]],
  ['what is missing in one of two is 0', 'a + b', { a: m1, b: m2 }, [50, 20, 20, 0, null]],
  ['a number is there where the series is', 'a + 1', { a: m2 }, [21, null, 21, null, null]],
  ['what would be divided by zero is dropped', 'a / b', { a: m1, b: m2 }, [1.5, null, 0, null, null]],
  ['times before plus, power before times', '1 + 2 * a ^ 2 - -1', { a: [1, 2, 3] }, [4, 10, 20, null, null]],
  ['from left to right', 'a - 1 - 1', { a: [5] }, [3, null, null, null, null]],
  ['unary minus', '-a', { a: [1, null, -2] }, [-1, null, 2, null, null]],
  ['parentheses', '(1 + a) * 2', { a: [1] }, [4, null, null, null, null]],
  ['!= and <=', '(a != 1) + (a <= 1)', { a: [0, 1, 2] }, [2, 1, 1, null, null]],
  [
    'documented: IF of three metrics',
    'IF(metric1, metric2, metric3)',
    { metric1: [1, 1, 0, 0, null], metric2: [30, null, 0, 0, 30], metric3: [0, 0, 20, null, 20] },
    [30, 0, 20, null, null],
  ],
  [
    'documented: IF with a number where true',
    'IF(metric1, 5, metric3)',
    { metric1: [1, 1, 0, 0, null], metric3: [0, 0, 20, null, 20] },
    [5, 5, 20, null, null],
  ],
  [
    'documented: IF with a number where false',
    'IF(metric1, metric2, 5)',
    { metric1: [1, 1, 0, 0, null], metric2: [30, null, 0, 0, 30] },
    [30, 0, 5, 5, null],
  ],
  ['documented: IF without else', 'IF(m1<15, m1)', { m1: [10, 20, 0] }, [10, null, 0, null, null]],
  ['IF of a number', 'IF(1 > 2, m1, m2)', { m1: [1], m2: [2] }, [2, null, null, null, null]],
  ['IF of a number without else', 'IF(0, m1)', { m1: [1] }, [null, null, null, null, null]],
  ['FILL with a number', 'FILL(a, 7)', { a: [null, 1, null, 3, null] }, [7, 1, 7, 3, 7]],
  ['FILL of what was never measured', 'FILL(a, 0)', { a: [] }, [0, 0, 0, 0, 0]],
  ['FILL REPEAT', 'FILL(a, REPEAT)', { a: [null, 1, null, 3, null] }, [null, 1, 1, 3, 3]],
  ['FILL LINEAR', 'FILL(a, LINEAR)', { a: [null, 1, null, null, 4] }, [null, 1, 2, 3, 4]],
  ['FILL with a metric', 'FILL(a, b)', { a: [null, 1], b: [9, 9] }, [9, 1, null, null, null]],
  ['SUM of several', 'SUM([a, b])', { a: m1, b: m2 }, [50, 20, 20, 0, null]],
  ['SUM(METRICS())', 'SUM(METRICS())', { a: m1, b: m2 }, [50, 20, 20, 0, null]],
  [
    'METRICS by a part of the id',
    'SUM(METRICS("err"))',
    { err1: [1], ok: [5], err2: [2] },
    [3, null, null, null, null],
  ],
  ['AVG of several: missing is 0', 'AVG([a, b])', { a: m1, b: m2 }, [25, 10, 10, 0, null]],
  ['MIN of several', 'MIN([a, b])', { a: m1, b: m2 }, [20, 20, 0, 0, null]],
  ['MAX of several', 'MAX([a, b])', { a: m1, b: m2 }, [30, 20, 20, 0, null]],
  ['STDDEV of several', 'STDDEV([a, b])', { a: [1], b: [3] }, [1, null, null, null, null]],
  ['a number of one series', 'a - AVG(a)', { a: [1, 2, 3] }, [-1, 0, 1, null, null]],
  [
    'SUM, MIN, MAX, STDDEV of one',
    'a * 0 + SUM(a) + MIN(a) + MAX(a) + STDDEV(a)',
    { a: [1, 3] },
    [9, 9, null, null, null],
  ],
  ['ABS', 'ABS(a)', { a: [-1, 2] }, [1, 2, null, null, null]],
  ['CEIL and FLOOR', 'CEIL(a) - FLOOR(a)', { a: [1.5, 2] }, [1, 0, null, null, null]],
  ['LOG and LOG10', 'LOG(a) + LOG10(a)', { a: [1, 0] }, [0, null, null, null, null]],
  ['DIFF, over a gap', 'DIFF(a)', { a: [1, null, 4, 6] }, [null, null, 3, 2, null]],
  ['DIFF_TIME, in seconds', 'DIFF_TIME(a)', { a: [1, null, 4, 6] }, [null, null, 120, 60, null]],
  ['RATE, per second', 'RATE(a)', { a: [0, 60, null, 0] }, [null, 1, null, -0.5, null]],
  ['RUNNING_SUM', 'RUNNING_SUM(a)', { a: [1, null, 4, 6] }, [1, null, 5, 11, null]],
  ['PERIOD, in seconds', 'a / PERIOD(a)', { a: [60] }, [1, null, null, null, null]],
  ['TIME_SERIES', 'TIME_SERIES(5)', {}, [5, 5, 5, 5, 5]],
  ['DATAPOINT_COUNT of one', 'a * DATAPOINT_COUNT(a)', { a: [1, null, 1] }, [2, null, 2, null, null]],
  ['DATAPOINT_COUNT of several', 'DATAPOINT_COUNT([a, b])', { a: m1, b: m2 }, [2, 1, 2, 1, 0]],
  ['METRIC_COUNT', 'a / METRIC_COUNT(METRICS())', { a: [4], b: [1] }, [2, null, null, null, null]],
  ['FIRST', 'FIRST([a, b])', { a: [1], b: [2] }, [1, null, null, null, null]],
  ['LAST', 'LAST([a, b])', { a: [1], b: [2] }, [2, null, null, null, null]],
  ['MINUTE', 'MINUTE(a) - MIN(MINUTE(a))', { a: [1] }, [0, 1, 2, 3, 4]],
  ['EPOCH', 'EPOCH(a)', { a: [1] }, [0, 1, 2, 3, 4].map(minute => start / 1000 + minute * 60)],
  // 14 November 2023, 22:15, was a Tuesday.
  [
    'HOUR, DAY, DATE, MONTH, YEAR',
    'YEAR(a) * 10000 + MONTH(a) * 1000 + DATE(a) * 100 + HOUR(a) + DAY(a) / 10',
    { a: [1] },
    new Array(5).fill(20_230_000 + 11_000 + 1_400 + 22 + 0.2),
  ],
])('%s: %s', (_, expression, metrics, expected) => {
  expect(evaluate(expression, metrics)).toEqual([expected])
})

const three = { a: [1, 1], b: [5, null], c: [3, 3] }
const [a, b, c] = Object.values(three).map(values => [...values, null, null, null])

test.each<[string, unknown[]]>([
  ['SORT(METRICS(), SUM, DESC)', [c, b, a]],
  ['SORT(METRICS(), SUM, ASC)', [a, b, c]],
  ['SORT(METRICS(), MAX, DESC, 2)', [b, c]],
  ['SORT(METRICS(), AVG, DESC, 1)', [b]],
  ['SORT(METRICS(), MIN, ASC, 1)', [a]],
  ['SLICE(METRICS(), 1)', [b, c]],
  ['SLICE(METRICS(), 0, 2)', [a, b]],
  ['METRICS() * 1', [a, b, c]],
  ['[a, [b, c]]', [a, b, c]],
  ['REMOVE_EMPTY([a, IF(0, b)])', [a]],
])('%s gives several lines', (expression, expected) => {
  expect(evaluate(expression, three)).toEqual(expected)
})

test.each([
  ['NOT_A_FUNCTION(a)', 'NOT_A_FUNCTION() is not known here'],
  ['toString(a)', 'toString() is not known here'],
  ['constructor', 'no metric or expression has the id constructor'],
  ['z + 1', 'no metric or expression has the id z'],
  ['5', 'must come to a time series'],
  ['SUM(a)', 'must come to a time series'],
  ['[a] + [b]', 'two arrays'],
  ['RATE(5)', 'RATE takes a time series, not a number'],
  ['SLICE(a, a)', 'SLICE takes a number, not a time series'],
  ['SORT(METRICS(), STDDEV, ASC)', 'SORT takes AVG, MIN, MAX or SUM'],
  ['SORT(METRICS(), SUM, UP)', 'ASC or DESC'],
  ['PERIOD(a + 1)', 'PERIOD() takes the id of a metric'],
  ['a + SUM', 'takes a number, not a word'],
  ['a * (1 / 0)', 'is not a number'],
  ['a +', 'ends too early'],
  ['a b', 'is not understood at b'],
  ['(a', 'ends too early'],
  ['a § b', 'is not understood at §'],
  ['', 'ends too early'],
  [`${'('.repeat(500)}a`, 'nested too deep'],
  [`${'-'.repeat(500)}a`, 'nested too deep'],
])('refuses %s', (expression, problem) => {
  expect(() => evaluate(expression, { a: [1], b: [2] })).toThrow(problem)
})

test('series of different periods are not combined', () => {
  const store = createMetricStore({ now: () => start })
  const metric = { namespace: 'N', name: 'm', dimensions: {} }
  const queries = [60_000, 300_000].map(
    (periodMs): MetricQuery => ({ id: `m${periodMs}`, kind: 'metric', metric, stat: 'Sum', periodMs }),
  )
  const sum = {
    kind: 'expression',
    expression: parseExpression('m60000 + m300000'),
    periodMs: 60_000,
  } as const
  const span = { from: start, to: start + 600_000 }
  const engine = createQueryEngine(store)
  expect(() => engine.lines(sum, queries, span)).toThrow('different periods')
  expect(engine.lines(sum, queries, { ...span, periodMs: 300_000 }).series[0]?.grid.count).toBe(2)
})

test('an expression that refers to itself, by whatever way, is refused', () => {
  const of = (id: string, text: string): MetricQuery => ({
    id,
    kind: 'expression',
    expression: parseExpression(text),
    periodMs: 60_000,
  })
  const queries = [of('e1', 'e2 + 1'), of('e2', 'e1 + 1')]
  const engine = createQueryEngine(createMetricStore({ now: () => start }))
  const span = { from: start, to: start + 60_000 }
  expect(() => engine.lines(queries[0] as MetricQuery, queries, span)).toThrow('e1 refers to itself')
})

test('what many expressions name is evaluated once: a chain of doublings ends', () => {
  const doublings = Array.from(
    { length: 60 },
    (_, index): MetricQuery => ({
      id: `e${index + 1}`,
      kind: 'expression',
      expression: parseExpression(index === 0 ? 'TIME_SERIES(1)' : `e${index} + e${index}`),
      periodMs: 60_000,
    }),
  )
  const engine = createQueryEngine(createMetricStore({ now: () => start }))
  const span = { from: start, to: start + 60_000 }
  const { series } = engine.lines(doublings.at(-1) as MetricQuery, doublings, span)
  expect(series[0]?.values).toEqual([2 ** 59])
})
