import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MissingData, stateOf, type Verdict } from '../../../local/cloudwatch/alarm-state.ts'

// The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

const verdicts = (points: string): Verdict[] =>
  points.split(' ').map(point => (point === 'X' ? 'breaching' : point === '0' ? 'within' : null))

const treatments: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching']

const statesOf = (points: string, datapointsToAlarm: number) =>
  treatments.map(treatMissingData =>
    stateOf(verdicts(points), { evaluationPeriods: 3, datapointsToAlarm, treatMissingData }),
  )

const insufficient = 'INSUFFICIENT_DATA'

test.each([
  ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
  ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
  ['- - - - -', [insufficient, undefined, 'ALARM', 'OK']],
  ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['- - X - -', ['ALARM', undefined, 'ALARM', 'OK']],
  // "the alarm does not go immediately into ALARM state"
  ['- - - - X', [insufficient, undefined, 'ALARM', 'OK']],
  ['- - - X -', [insufficient, undefined, 'ALARM', 'OK']],
  ['- - - X 0', ['OK', 'OK', 'OK', 'OK']],
])('3 of 3, %s: missing, ignore, breaching, not breaching', (points, expected) => {
  expect(statesOf(points, 3)).toEqual(expected)
})

test.each([
  ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - X -', ['ALARM', undefined, 'ALARM', 'OK']],
])('2 of 3, %s: missing, ignore, breaching, not breaching', (points, expected) => {
  expect(statesOf(points, 2)).toEqual(expected)
})

test('with all data points there, an alarm is M of the last N, however missing ones are taken', () => {
  const points = fc.array(fc.constantFrom<Verdict>('breaching', 'within'), { minLength: 5, maxLength: 5 })
  const m = fc.integer({ min: 1, max: 3 })
  fc.assert(
    fc.property(points, m, fc.constantFrom(...treatments), (range, datapointsToAlarm, treatMissingData) => {
      const breaching = range.slice(-3).filter(verdict => verdict === 'breaching').length
      expect(stateOf(range, { evaluationPeriods: 3, datapointsToAlarm, treatMissingData })).toBe(
        breaching >= datapointsToAlarm ? 'ALARM' : 'OK',
      )
    }),
  )
})

test('an alarm never fires by what is missing, unless missing data is breaching', () => {
  const points = fc.array(fc.constantFrom<Verdict>('within', null), { minLength: 5, maxLength: 5 })
  const harmless = fc.constantFrom<MissingData>('missing', 'ignore', 'notBreaching')
  fc.assert(
    fc.property(points, harmless, (range, treatMissingData) => {
      const rule = { evaluationPeriods: 3, datapointsToAlarm: 1, treatMissingData }
      expect(stateOf(range, rule)).not.toBe('ALARM')
    }),
  )
})
