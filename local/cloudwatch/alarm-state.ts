import type { StateValue } from './status.ts'

/** What was found of one data point; null where nothing was measured. */
export type Verdict = 'breaching' | 'within' | null

export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching'

export interface AlarmRule {
  /** N: how many data points are looked at. */
  readonly evaluationPeriods: number
  /** M: how many of them must breach. */
  readonly datapointsToAlarm: number
  readonly treatMissingData: MissingData
}

/**
 * How many data points are fetched, so that there are N even where some are missing. AWS does not publish the number; its own
 * example has two more than N.
 */
export const evaluationRange = ({ evaluationPeriods }: AlarmRule): number => evaluationPeriods + 2

/**
 * The state of an alarm by the data points of its evaluation range, oldest first; undefined where it keeps the one it has.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function stateOf(range: readonly Verdict[], rule: AlarmRule): StateValue | undefined {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule
  const real = range.filter(verdict => verdict !== null)
  const latest = real.slice(-evaluationPeriods)
  const missing = evaluationPeriods - latest.length
  const breaching = latest.filter(verdict => verdict === 'breaching').length
  if (missing === 0 || treatMissingData === 'breaching' || treatMissingData === 'notBreaching') {
    const filled = treatMissingData === 'breaching' ? missing : 0
    return breaching + filled >= datapointsToAlarm ? 'ALARM' : 'OK'
  }
  const kept = treatMissingData === 'ignore' ? undefined : 'INSUFFICIENT_DATA'
  if (real.length === 0) return kept
  if (breaching >= datapointsToAlarm) return 'ALARM'
  if (breaching < real.length) return 'OK'
  // "Avoiding premature transitions": all there is breaches, and is too little.
  const age = range.length - range.indexOf('breaching')
  if (age < datapointsToAlarm) return kept
  return treatMissingData === 'ignore' ? undefined : 'ALARM'
}
