import type { AlarmStatus, AlarmTransition } from './status.ts'
import type { MetricReader } from './store.ts'

/** An alarm of a template: `Properties` of `AWS::CloudWatch::Alarm` or `AWS::CloudWatch::CompositeAlarm`, resolved. */
export interface AlarmDefinition {
  readonly type: 'AWS::CloudWatch::Alarm' | 'AWS::CloudWatch::CompositeAlarm'
  /** What it is called where it declares no name. */
  readonly name: string
  readonly arn: string
  readonly properties: Readonly<Record<string, unknown>>
}

export interface Alarms {
  /**
   * Evaluates all alarms as of a time (milliseconds since the epoch), which never goes back, and returns what has changed. Data points
   * of whole periods before it are looked at. The same metrics and times give the same result.
   */
  readonly evaluate: (at: number) => readonly AlarmTransition[]
  /** As of the last evaluation. */
  readonly statuses: () => readonly AlarmStatus[]
  /** Other definitions from now on; an alarm of the same name keeps its state. */
  readonly replace: (definitions: readonly AlarmDefinition[]) => void
}

export interface AlarmsOptions {
  readonly definitions: readonly AlarmDefinition[]
  readonly metrics: MetricReader
  /** When the alarms were made, in milliseconds since the epoch. @default 0 */
  readonly createdAt?: number
}

/** Alarms over metrics of any store. What cannot be evaluated has an `error` and never fires. */
export function createAlarms(_options: AlarmsOptions): Alarms {
  throw new Error('not yet')
}
