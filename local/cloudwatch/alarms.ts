import { CannotEvaluate, evaluated } from './cannot-evaluate.ts'
import { alarmsIn, type CompositeRule, holds, parseRule } from './composite-rule.ts'
import { type MetricAlarm, readMetricAlarm } from './metric-alarm.ts'
import { createQueryEngine, type InsightMetric } from './queries.ts'
import type { AlarmStatus, AlarmTransition, StateValue } from './status.ts'
import type { MetricReader } from './store.ts'
import { readSuppressor, type Suppressor } from './suppressor.ts'

/** An alarm of a template: `Properties` of `AWS::CloudWatch::Alarm` or `AWS::CloudWatch::CompositeAlarm`, resolved. */
export interface AlarmDefinition {
  readonly type: 'AWS::CloudWatch::Alarm' | 'AWS::CloudWatch::CompositeAlarm'
  /** What it is called, whether it declares a name or not. */
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
  /** For `INSIGHT_RULE_METRIC`. @default no rule is known */
  readonly insight?: InsightMetric
}

type Rule =
  | { readonly kind: 'metric'; readonly find: MetricAlarm }
  | { readonly kind: 'composite'; readonly rule: CompositeRule; readonly suppressor: Suppressor | undefined }
  | { readonly error: string }

interface Alarm {
  readonly definition: AlarmDefinition
  readonly name: string
  readonly rule: Rule
}

interface State {
  readonly state: StateValue
  readonly since: number
  readonly reason: string
  readonly error?: string
  readonly suppressed?: string
}

/** Alarms over metrics of any store. What cannot be evaluated has an `error` and never fires. */
export function createAlarms({ definitions, metrics, createdAt = 0, insight }: AlarmsOptions): Alarms {
  const states = new Map<string, State>()
  let alarms: readonly Alarm[] = []
  let now = createdAt

  function replace(next: readonly AlarmDefinition[]): void {
    const engine = createQueryEngine(metrics, insight)
    alarms = inOrder(
      next.map(definition => {
        const { properties } = definition
        const rule = evaluated((): Rule => {
          if (definition.type === 'AWS::CloudWatch::Alarm') {
            return { kind: 'metric', find: readMetricAlarm(properties, engine, metrics) }
          }
          const parsed = parseRule(String(properties.AlarmRule))
          return { kind: 'composite', rule: parsed, suppressor: readSuppressor(properties) }
        })
        return { definition, name: definition.name, rule }
      }),
    )
    const names = alarms.map(({ name }) => name)
    for (const gone of [...states.keys()].filter(name => !names.includes(name))) states.delete(gone)
    for (const { name, rule } of alarms) {
      if (states.has(name)) continue
      const known =
        'error' in rule ? { reason: rule.error, error: rule.error } : { reason: 'Not evaluated yet.' }
      states.set(name, { state: 'INSUFFICIENT_DATA', since: now, ...known })
    }
  }

  /** A rule names alarms by name or ARN. */
  const find = (named: string) =>
    alarms.find(({ name, definition }) => name === named || definition.arn === named)

  function stateNamed(named: string): StateValue {
    const found = find(named)
    const state = found && states.get(found.name)
    if (!state) throw new CannotEvaluate(`no alarm of this app is called ${named}`)
    if (state.error !== undefined) throw new CannotEvaluate(`${named} cannot be evaluated: ${state.error}`)
    return state.state
  }

  function findingOf(rule: Rule, at: number): { state: StateValue | undefined; reason: string } {
    if ('error' in rule) throw new CannotEvaluate(rule.error)
    if (rule.kind === 'metric') return rule.find(at)
    // One that is not there would hold nothing back, and nobody would know.
    if (rule.suppressor) stateNamed(rule.suppressor.alarm)
    const named = alarmsIn(rule.rule)
    const firing = named.filter(name => stateNamed(name) === 'ALARM')
    return {
      state: holds(rule.rule, stateNamed) ? 'ALARM' : 'OK',
      reason:
        firing.length > 0
          ? `In ALARM: ${[...new Set(firing.map(named => find(named)?.name))].join(', ')}.`
          : 'None of its alarms is in ALARM.',
    }
  }

  function step(alarm: Alarm, at: number): readonly AlarmTransition[] {
    const before = states.get(alarm.name) as State
    const finding = evaluated(() => findingOf(alarm.rule, at))
    const error = 'error' in finding ? finding.error : undefined
    const { state, reason } =
      'error' in finding ? { state: 'INSUFFICIENT_DATA' as const, reason: finding.error } : finding
    const next = state ?? before.state
    const changed = next !== before.state
    const declared = changed && error === undefined ? actionsOf(alarm.definition, next) : []
    const held = error === undefined ? heldBack(alarm, at, next, declared) : { actions: [] }
    states.set(alarm.name, {
      state: next,
      since: changed ? at : before.since,
      reason: state === undefined ? before.reason : reason,
      ...(error !== undefined && { error }),
      ...(held.suppressed !== undefined && { suppressed: held.suppressed }),
    })
    const transition = { name: alarm.name, at, from: before.state, to: next, reason, actions: held.actions }
    if (changed) return [transition]
    return held.actions.length > 0 ? [transition] : []
  }

  function heldBack(
    { rule }: Alarm,
    at: number,
    state: StateValue,
    actions: readonly string[],
  ): { readonly actions: readonly string[]; readonly suppressed?: string } {
    const suppressor = 'suppressor' in rule ? rule.suppressor : undefined
    if (!suppressor) return { actions }
    return suppressor.pass({ at, state, actions, suppressing: stateNamed(suppressor.alarm) === 'ALARM' })
  }

  replace(definitions)
  return {
    evaluate(at) {
      now = at
      return alarms.flatMap(alarm => step(alarm, at))
    },
    statuses: () =>
      alarms.map(({ name, definition: { type, arn, properties } }) => ({
        name,
        arn,
        kind: type === 'AWS::CloudWatch::Alarm' ? 'metric' : 'composite',
        ...(properties.AlarmDescription !== undefined && {
          description: String(properties.AlarmDescription),
        }),
        ...(states.get(name) as State),
      })),
    replace,
  }
}

const actionLists = {
  OK: 'OKActions',
  ALARM: 'AlarmActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
} as const

function actionsOf({ properties }: AlarmDefinition, state: StateValue): readonly string[] {
  if (properties.ActionsEnabled === false) return []
  return ((properties[actionLists[state]] ?? []) as readonly unknown[]).map(String)
}

/** Each alarm behind those it is made of. One that is made of itself, in whatever way, cannot be evaluated. */
function inOrder(alarms: readonly Alarm[]): readonly Alarm[] {
  const ordered: Alarm[] = []
  const waiting = new Set<Alarm>()
  const refused = new Set<Alarm>()
  const partsOf = ({ rule }: Alarm): readonly Alarm[] => {
    if (!('kind' in rule) || rule.kind === 'metric') return []
    const named = [...alarmsIn(rule.rule), ...(rule.suppressor ? [rule.suppressor.alarm] : [])]
    return alarms.filter(({ name, definition }) => named.includes(name) || named.includes(definition.arn))
  }
  function place(alarm: Alarm): void {
    if (ordered.includes(alarm)) return
    if (waiting.has(alarm)) {
      refused.add(alarm)
      return
    }
    waiting.add(alarm)
    for (const part of partsOf(alarm)) place(part)
    waiting.delete(alarm)
    ordered.push(alarm)
  }
  for (const alarm of alarms) place(alarm)
  return ordered.map(alarm =>
    refused.has(alarm) ? { ...alarm, rule: { error: 'it is made of itself' } } : alarm,
  )
}
