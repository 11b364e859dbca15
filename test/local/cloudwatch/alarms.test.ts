import { expect, test } from 'vitest'
import { type AlarmDefinition, createAlarms } from '../../../local/cloudwatch/alarms.ts'
import type { AlarmTransition } from '../../../local/cloudwatch/status.ts'
import { createMetricStore } from '../../../local/cloudwatch/store.ts'

const minute = 60_000
const start = Date.UTC(2026, 0, 5)
const metric = { namespace: 'N', name: 'Errors', dimensions: { api: 'A' } }

const alarm = (name: string, properties: Record<string, unknown> = {}): AlarmDefinition => ({
  type: 'AWS::CloudWatch::Alarm',
  name,
  arn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
  properties: {
    Namespace: 'N',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'api', Value: 'A' }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [`page:${name}`],
    OKActions: [`over:${name}`],
    ...properties,
  },
})

const composite = (
  name: string,
  rule: string,
  properties: Record<string, unknown> = {},
): AlarmDefinition => ({
  type: 'AWS::CloudWatch::CompositeAlarm',
  name,
  arn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
  properties: { AlarmRule: rule, AlarmActions: [`page:${name}`], OKActions: [`over:${name}`], ...properties },
})

/** Evaluates alarms each minute over values of one metric, one each minute from `start`; what changed, by minute. */
function play(definitions: readonly AlarmDefinition[], values: ReadonlyArray<number | null>) {
  const end = start + values.length * minute
  const metrics = createMetricStore({ now: () => end, keepMs: 30 * 24 * 60 * minute, resolutionMs: minute })
  const alarms = createAlarms({ definitions, metrics, createdAt: start })
  const changes = values.flatMap((value, index) => {
    if (value !== null) metrics.put({ ...metric, timestamp: start + index * minute, values: [value] })
    return [...alarms.evaluate(start + (index + 1) * minute)]
  })
  return { changes, alarms, metrics, end }
}

const brief = ({ name, at, from, to }: AlarmTransition) => `${(at - start) / minute} ${name}: ${from} → ${to}`

test('fires above its threshold and not at it, says why, whom it tells and since when', () => {
  const { changes, alarms } = play([alarm('A')], [5, 6, 5])
  expect(changes.map(brief)).toEqual(['1 A: INSUFFICIENT_DATA → OK', '2 A: OK → ALARM', '3 A: ALARM → OK'])
  expect(changes.map(({ actions }) => actions)).toEqual([['over:A'], ['page:A'], ['over:A']])
  expect(changes[1]?.reason).toBe('1 of the last 1 data points (6) was greater than 5; it takes 1.')
  expect(alarms.statuses()).toEqual([
    {
      name: 'A',
      arn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:A',
      kind: 'metric',
      state: 'OK',
      since: start + 3 * minute,
      reason: '0 of the last 1 data points (5) were greater than 5; it takes 1.',
    },
  ])
})

test.each([
  ['GreaterThanOrEqualToThreshold', 5, 4.9],
  ['LessThanThreshold', 4.9, 5],
  ['LessThanOrEqualToThreshold', 5, 5.1],
])('compares by %s: %d fires, %d does not', (ComparisonOperator, fires, rests) => {
  const { changes } = play([alarm('A', { ComparisonOperator })], [fires, rests])
  expect(changes.map(({ to }) => to)).toEqual(['ALARM', 'OK'])
})

test('2 of 3 fires at the second of them and ends when only one is left', () => {
  const of = { EvaluationPeriods: 3, DatapointsToAlarm: 2 }
  const { changes } = play([alarm('A', of)], [0, 0, 0, 9, 0, 9, 0, 0])
  expect(changes.map(brief)).toEqual(['1 A: INSUFFICIENT_DATA → OK', '6 A: OK → ALARM', '7 A: ALARM → OK'])
})

test('a quiet metric is insufficient data, OK, or the state it was in: as the alarm says', () => {
  const values = [9, null, null, null]
  const last = (TreatMissingData: string) =>
    play([alarm('A', { TreatMissingData })], values).alarms.statuses()[0]?.state
  expect(last('missing')).toBe('INSUFFICIENT_DATA')
  expect(last('notBreaching')).toBe('OK')
  expect(last('ignore')).toBe('ALARM')
  expect(last('breaching')).toBe('ALARM')
})

test('missing data is missing where an alarm does not say, and ignored of tables of DynamoDB', () => {
  const quiet = { TreatMissingData: undefined }
  const reason = (properties: Record<string, unknown>) =>
    play([alarm('A', properties)], [null]).alarms.statuses()[0]?.reason
  expect(reason(quiet)).toBe('No data points in 1 × 60 s.')
  expect(reason({ ...quiet, Namespace: 'AWS/DynamoDB' })).toBe('Not evaluated yet.')
})

test('an alarm over five minutes looks at the last five, whichever minute it is (a sliding window)', () => {
  const { changes } = play([alarm('A', { Period: 300 })], [2, 2, 2, 0, 0, 0, 0, 0, 0, 0])
  expect(changes.map(brief)).toEqual(['1 A: INSUFFICIENT_DATA → OK', '3 A: OK → ALARM', '6 A: ALARM → OK'])
})

const stat = (Id: string, Stat = 'Sum', ReturnData = false) => ({
  Id,
  ReturnData,
  MetricStat: {
    Metric: { Namespace: 'N', MetricName: 'Errors', Dimensions: [{ Name: 'api', Value: 'A' }] },
    Period: 60,
    Stat,
  },
})

test('watches an expression, and of a percentile too few samples keep the state', () => {
  const Metrics = [
    stat('m1'),
    stat('m2', 'SampleCount'),
    { Id: 'e1', Expression: 'm1 / m2', ReturnData: true },
  ]
  expect(play([alarm('A', { Metrics, Threshold: 6 })], [6, 7]).changes.map(({ to }) => to)).toEqual([
    'OK',
    'ALARM',
  ])
  const low = { Statistic: undefined, ExtendedStatistic: 'p90' }
  expect(play([alarm('A', low)], [9]).changes.map(({ to }) => to)).toEqual(['ALARM'])
  const waiting = { ...low, EvaluateLowSampleCountPercentile: 'ignore' }
  expect(play([alarm('A', waiting)], [9]).changes).toEqual([])
})

const band = (ComparisonOperator: string) => ({
  ComparisonOperator,
  Threshold: undefined,
  ThresholdMetricId: 'ad1',
  Metrics: [stat('m1', 'Sum', true), { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 3)' }],
})

// 10 ± 2 by day and 100 ± 2 from 20:00 on, so that only the hour tells what is usual.
const usual = (index: number) => (Math.floor(index / 60) % 24 >= 20 ? 100 : 10) + ((index * 7) % 5) - 2

test('a band learns what is usual at an hour, and what is far from it fires on the side that is asked for', () => {
  const values = Array.from({ length: 4 * 24 * 60 }, (_, index) => usual(index))
  const odd = 3 * 24 * 60 + 12 * 60
  values[odd] = 100
  values[odd + 10] = 0
  const definitions = [
    alarm('Above', band('GreaterThanUpperThreshold')),
    alarm('Below', band('LessThanLowerThreshold')),
    alarm('Outside', band('LessThanLowerOrGreaterThanUpperThreshold')),
  ]
  const { changes } = play(definitions, values)
  const fired = changes.filter(({ to, at }) => to === 'ALARM' && at > start + 3 * 24 * 60 * minute)
  expect(fired.map(({ name, at }) => [name, (at - start) / minute - 1])).toEqual([
    ['Above', odd],
    ['Outside', odd],
    ['Below', odd + 10],
    ['Outside', odd + 10],
  ])
})

test('before anything is learnt a band is not known, and nothing fires', () => {
  const { changes } = play([alarm('A', band('GreaterThanUpperThreshold'))], [1, 1, 1000])
  expect(changes.filter(({ to }) => to === 'ALARM')).toEqual([])
})

test('a composite alarm follows its parts in the same evaluation, wherever it is declared', () => {
  const definitions = [
    composite('All', 'ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Some")'),
    composite('Some', 'ALARM("High") OR ALARM("Low")'),
    alarm('High'),
    alarm('Low', { ComparisonOperator: 'LessThanThreshold', Threshold: 1 }),
  ]
  const { changes } = play(definitions, [3, 9])
  expect(changes.filter(({ at }) => at === start + 2 * minute).map(brief)).toEqual([
    '2 High: OK → ALARM',
    '2 Some: OK → ALARM',
    '2 All: OK → ALARM',
  ])
  expect(changes.at(-1)?.reason).toBe('In ALARM: Some.')
})

test('one that suppresses holds actions back; they are sent when the extension period is over, if it is still so', () => {
  const suppressed = {
    ActionsSuppressor: 'Mute',
    ActionsSuppressorWaitPeriod: 60,
    ActionsSuppressorExtensionPeriod: 120,
  }
  const definitions = [
    alarm('High', { AlarmActions: [], OKActions: [] }),
    alarm('Mute', { Threshold: 50, AlarmActions: [], OKActions: [] }),
    composite('Page', 'ALARM(High)', suppressed),
  ]
  const sent = (values: number[]) =>
    play(definitions, values).changes.flatMap(({ at, actions }) =>
      actions.map(action => `${(at - start) / minute} ${action}`),
    )
  // It fires at minute 2 and waits for one; nobody mutes it.
  expect(sent([0, 9, 9, 9])).toEqual(['3 page:Page'])
  // Muted at once, until minute 4; the extension ends at 6.
  expect(sent([0, 99, 99, 9, 9, 9, 9])).toEqual(['6 page:Page'])
  // Over before that: nobody is told of it any more.
  expect(sent([0, 99, 0, 0, 0, 0, 0])).toEqual(['5 over:Page'])
})

test.each<[string, AlarmDefinition, string]>([
  [
    'an unknown function',
    alarm('A', { Metrics: [{ Id: 'e', Expression: 'FORECAST(m1)' }, stat('m1')] }),
    'FORECAST() is not known here',
  ],
  ['an unknown statistic', alarm('A', { Statistic: 'IQM' }), 'IQM is not calculated here'],
  ['an unknown comparison', alarm('A', { ComparisonOperator: 'About' }), 'About is not known here'],
  ['SEARCH', alarm('A', { Metrics: [{ Id: 'e', Expression: "SEARCH('x', 'Sum')" }] }), 'SEARCH'],
  [
    'several series',
    alarm('A', { Metrics: [{ Id: 'e', Expression: '[m1, m1]' }, stat('m1')] }),
    'one time series',
  ],
  ['more of fewer', alarm('A', { DatapointsToAlarm: 2 }), '2 of 1'],
  ['no threshold', alarm('A', { Threshold: undefined }), 'no threshold'],
  ['no metric', alarm('A', { MetricName: undefined }), 'names no metric'],
  ['other criteria', alarm('A', { EvaluationCriteria: {} }), 'EvaluationCriteria is not evaluated here'],
  ['missing data as nothing known', alarm('A', { TreatMissingData: 'maybe' }), 'maybe'],
  ['a rule that is none', composite('A', 'ALARM('), 'AlarmRule'],
  [
    'a rule over an alarm of elsewhere',
    composite('A', 'ALARM(Elsewhere)'),
    'no alarm of this app is called Elsewhere',
  ],
  ['a comparison that every object has', alarm('A', { ComparisonOperator: 'constructor' }), 'constructor'],
  [
    'a suppressor of elsewhere',
    composite('A', 'TRUE', {
      ActionsSuppressor: 'Elsewhere',
      ActionsSuppressorWaitPeriod: 1,
      ActionsSuppressorExtensionPeriod: 1,
    }),
    'no alarm of this app is called Elsewhere',
  ],
  ['a suppressor without periods', composite('A', 'TRUE', { ActionsSuppressor: 'Other' }), 'wait period'],
  ['a rule over itself', composite('A', 'ALARM(A)'), 'made of itself'],
])('%s: says why it cannot be evaluated, never fires, and the others do', (_, broken, why) => {
  const { alarms, changes } = play([broken, alarm('Other')], [9, 9])
  const [status] = alarms.statuses().filter(({ name }) => name === 'A')
  expect(status).toMatchObject({ state: 'INSUFFICIENT_DATA', error: expect.stringContaining(why) })
  expect(changes.map(({ name, to }) => [name, to])).toEqual([['Other', 'ALARM']])
})

test('what cannot be evaluated says so before the first evaluation', () => {
  const { alarms } = play([alarm('A', { Statistic: 'IQM' })], [])
  expect(alarms.statuses()[0]?.error).toContain('IQM')
})

test('a rule over an alarm that cannot be evaluated cannot be either, whatever the others are', () => {
  const definitions = [
    alarm('Odd', { Statistic: 'IQM' }),
    alarm('High'),
    composite('Any', 'ALARM(High) OR ALARM(Odd)'),
  ]
  const { alarms } = play(definitions, [9])
  expect(alarms.statuses().find(({ name }) => name === 'Any')?.error).toContain('Odd cannot be evaluated')
})

test('other definitions replace these, and an alarm of the same name keeps its state', () => {
  const { alarms, metrics, end } = play([alarm('A'), alarm('B')], [9])
  metrics.put({ ...metric, timestamp: end, values: [9] })
  alarms.replace([alarm('A', { Threshold: 8 }), alarm('C')])
  expect(alarms.statuses().map(({ name, state }) => [name, state])).toEqual([
    ['A', 'ALARM'],
    ['C', 'INSUFFICIENT_DATA'],
  ])
  expect(alarms.evaluate(end + minute).map(brief)).toEqual(['2 C: INSUFFICIENT_DATA → ALARM'])
})

test('actions that are switched off are not sent', () => {
  const { changes } = play([alarm('A', { ActionsEnabled: false })], [9])
  expect(changes.map(({ to, actions }) => [to, actions])).toEqual([['ALARM', []]])
})
