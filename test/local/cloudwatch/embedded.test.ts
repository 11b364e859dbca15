import { expect, test } from 'vitest'
import { embeddedMetrics } from '../../../local/cloudwatch/embedded.ts'

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const documented = {
  _aws: {
    Timestamp: 1574109732004,
    CloudWatchMetrics: [
      {
        Namespace: 'lambda-function-metrics',
        Dimensions: [['functionVersion']],
        Metrics: [{ Name: 'time', Unit: 'Milliseconds', StorageResolution: 60 }],
      },
    ],
  },
  functionVersion: '$LATEST',
  time: 100,
  requestId: '989ffbf8-9ace-4817-a57c-e4dd734019ee',
}

test('reads the example of the specification', () => {
  expect(embeddedMetrics(documented)).toEqual([
    {
      namespace: 'lambda-function-metrics',
      name: 'time',
      dimensions: { functionVersion: '$LATEST' },
      timestamp: 1574109732004,
      values: [100],
    },
  ])
})

const line = (directive: object, members: object = {}) =>
  embeddedMetrics({
    _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['a']], ...directive }] },
    a: 'x',
    b: 'y',
    m: 1,
    ...members,
  })

test('gives each metric once for each set of dimensions, the empty one too, with all its values', () => {
  const found = line({ Dimensions: [['a'], ['a', 'b'], []], Metrics: [{ Name: 'm' }] }, { m: [1, 2, 3] })
  expect(found.map(({ dimensions }) => dimensions)).toEqual([{ a: 'x' }, { a: 'x', b: 'y' }, {}])
  expect(found.every(({ values }) => values.length === 3)).toBe(true)
})

test.each([
  ['a line without metrics', {}, { _aws: undefined }],
  ['a metric that the line has no value of', { Metrics: [{ Name: 'absent' }] }, {}],
  ['a metric whose value is a text', { Metrics: [{ Name: 'm' }] }, { m: '1' }],
  [
    'a set with a dimension that the line has no value of',
    { Dimensions: [['z']], Metrics: [{ Name: 'm' }] },
    {},
  ],
  ['a dimension whose value is a number', { Metrics: [{ Name: 'm' }] }, { a: 1 }],
  ['a dimension that every object has', { Dimensions: [['toString']], Metrics: [{ Name: 'm' }] }, {}],
  ['more than a hundred values', { Metrics: [{ Name: 'm' }] }, { m: new Array(101).fill(1) }],
  ['a directive that is none', { Namespace: 1, Metrics: [{ Name: 'm' }] }, {}],
  ['metrics that are none', { Metrics: 'm' }, {}],
])('takes nothing of %s', (_, directive, members) => {
  expect(line(directive, members)).toEqual([])
})

test('takes no more of a line than a line can mean, whatever it multiplies to', () => {
  const metrics = (count: number) => Array.from({ length: count }, () => ({ Name: 'm' }))
  const sets = Array.from({ length: 1000 }, () => [])
  expect(line({ Metrics: metrics(100) })).toHaveLength(100)
  expect(line({ Metrics: metrics(101) })).toEqual([])
  expect(line({ Dimensions: sets, Metrics: metrics(100) })).toHaveLength(10_000)
  const directive = { Namespace: 'N', Dimensions: sets, Metrics: metrics(100) }
  const entry = { _aws: { Timestamp: 1, CloudWatchMetrics: [directive, directive, directive] }, m: 1 }
  expect(embeddedMetrics(entry)).toHaveLength(10_000)
})
