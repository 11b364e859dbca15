import { CannotEvaluate, evaluated } from './cannot-evaluate.ts'
import { type Accepts, readFilters } from './insight-filters.ts'
import { leafAt, readPath } from './json-path.ts'
import { largest, smallest, total } from './math-functions.ts'
import { type Grid, gridOf, type Series } from './series.ts'
import type { Contributor, ContributorsResult } from './status.ts'

/** A rule of a template: `Properties` of `AWS::CloudWatch::InsightRule`, resolved. */
export interface InsightRuleDefinition {
  readonly name: string
  readonly properties: Readonly<Record<string, unknown>>
}

export interface InsightRules {
  /** Takes in a JSON line that was logged. */
  readonly take: (entry: unknown, logGroup: string, at: number) => void
  /** The top contributors. Throws a `CannotEvaluate` for a rule that is not known, or not evaluated here. */
  readonly report: (rule: string, span: InsightSpan) => ContributorsResult
  /** For `INSIGHT_RULE_METRIC`. Throws likewise. */
  readonly metric: (rule: string, metric: string, grid: Grid) => Series
  /** Other rules from now on; one whose body stays as it is keeps what it has seen. */
  readonly replace: (definitions: readonly InsightRuleDefinition[]) => void
}

export interface InsightSpan {
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  readonly periodMs: number
  /** @default 10 */
  readonly contributorsMax?: number
}

export interface InsightRulesOptions {
  /** @default 3 hours */
  readonly keepMs?: number
  /** Contributions kept by one rule; of more, the oldest are let go. @default 50_000 */
  readonly contributionsMax?: number
}

interface Rule {
  readonly body: string
  readonly keys: readonly string[]
  readonly aggregate: 'Count' | 'Sum'
  readonly covers: (logGroup: string) => boolean
  readonly contributionOf: (entry: unknown) => { keys: readonly string[]; value: number } | undefined
  contributions: Contribution[]
}

interface Contribution {
  readonly at: number
  readonly keys: readonly string[]
  readonly value: number
}

/**
 * Contributor Insights over JSON logs. Counts exactly, where AWS estimates.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html
 */
export function createInsightRules(
  definitions: readonly InsightRuleDefinition[],
  { keepMs = 3 * 3_600_000, contributionsMax = 50_000 }: InsightRulesOptions = {},
): InsightRules {
  let rules = new Map<string, Rule | { readonly error: string }>()

  function replace(next: readonly InsightRuleDefinition[]): void {
    rules = new Map(
      next.map(({ name, properties }) => {
        const before = rules.get(name)
        const body = bodyOf(properties)
        if (before && 'body' in before && before.body === body) return [name, before]
        return [name, evaluated(() => readRule(properties, body))]
      }),
    )
  }

  function ruleNamed(name: string): Rule {
    const rule = rules.get(name)
    if (!rule) throw new CannotEvaluate(`no Contributor Insights rule of this app is called ${name}`)
    if ('error' in rule) throw new CannotEvaluate(`the rule ${name} is not evaluated here: ${rule.error}`)
    return rule
  }

  function contributorsOf(rule: Rule, grid: Grid): Contributor[] {
    const found = new Map<string, { keys: readonly string[]; total: number; values: Array<number | null> }>()
    for (const { at, keys, value } of rule.contributions) {
      const index = Math.floor((at - grid.from) / grid.periodMs)
      if (index < 0 || index >= grid.count) continue
      const id = JSON.stringify(keys)
      const entry = found.get(id) ?? { keys, total: 0, values: new Array(grid.count).fill(null) }
      entry.total += value
      entry.values[index] = (entry.values[index] ?? 0) + value
      found.set(id, entry)
    }
    return [...found.values()]
      .sort((a, b) => b.total - a.total)
      .map(({ keys, total, values }) => ({ keys, total, series: { label: keys.join(' '), grid, values } }))
  }

  replace(definitions)
  return {
    replace,
    take(entry, logGroup, at) {
      for (const rule of rules.values()) {
        if ('error' in rule || !rule.covers(logGroup)) continue
        const contribution = rule.contributionOf(entry)
        if (!contribution) continue
        rule.contributions.push({ at, ...contribution })
        const [first] = rule.contributions
        // Not one by one: each time it moves all the others.
        if (rule.contributions.length > contributionsMax * 1.1 || (first?.at ?? at) < at - 1.1 * keepMs) {
          rule.contributions = rule.contributions
            .slice(-contributionsMax)
            .filter(other => other.at >= at - keepMs)
        }
      }
    },
    report(name, { from, to, periodMs, contributorsMax = 10 }) {
      const rule = ruleNamed(name)
      const contributors = contributorsOf(rule, gridOf({ from, to, periodMs }))
      return {
        kind: 'contributors',
        rule: name,
        keys: rule.keys,
        aggregate: rule.aggregate,
        contributors: contributors.slice(0, contributorsMax),
        uniqueContributors: contributors.length,
      }
    },
    metric(name, metric, grid) {
      const measure = Object.hasOwn(measures, metric) ? measures[metric] : undefined
      if (!measure) {
        throw new CannotEvaluate(
          `INSIGHT_RULE_METRIC does not know ${metric} here; it knows ${Object.keys(measures).join(', ')}`,
        )
      }
      const contributors = contributorsOf(ruleNamed(name), grid)
      const values = Array.from({ length: grid.count }, (_, index) => {
        const present = contributors.flatMap(({ series }) => series.values[index] ?? [])
        return present.length === 0 ? null : measure(present)
      })
      return { label: `${name} ${metric}`, grid, values }
    },
  }
}

const measures: Readonly<Record<string, (values: readonly number[]) => number>> = {
  UniqueContributors: values => values.length,
  MaxContributorValue: largest,
  Sum: total,
  Minimum: smallest,
  Maximum: largest,
  Average: values => total(values) / values.length,
}

const bodyOf = ({ RuleBody, RuleState }: InsightRuleDefinition['properties']): string =>
  JSON.stringify([RuleState, RuleBody])

function readRule({ RuleBody, RuleState }: InsightRuleDefinition['properties'], body: string): Rule {
  if (RuleState === 'DISABLED') throw new CannotEvaluate('it is disabled')
  const { Schema, LogGroupNames, LogFormat, Contribution, AggregateOn, ...other } = parsed(RuleBody)
  const unknown = Object.keys(other)[0]
  if (unknown !== undefined) throw new CannotEvaluate(`${unknown} is not known here`)
  const { Name } = Object(Schema) as { Name?: unknown }
  if (Name !== 'CloudWatchLogRule') throw new CannotEvaluate(`rules of ${String(Name)} are not`)
  if (LogFormat !== 'JSON') throw new CannotEvaluate(`logs in ${String(LogFormat)} are not`)
  const aggregate = AggregateOn === 'Sum' ? 'Sum' : AggregateOn === 'Count' ? 'Count' : undefined
  if (!aggregate) throw new CannotEvaluate(`AggregateOn ${String(AggregateOn)} is not known`)
  const { Keys, ValueOf, Filters } = Object(Contribution) as Record<string, unknown>
  if (!Array.isArray(Keys) || Keys.length === 0 || Keys.length > 4) {
    throw new CannotEvaluate('it takes one to four keys')
  }
  if ((ValueOf === undefined) !== (aggregate === 'Count')) {
    throw new CannotEvaluate('ValueOf goes with AggregateOn Sum, and only with it')
  }
  const paths = Keys.map(readPath)
  const valueAt = ValueOf === undefined ? undefined : readPath(ValueOf)
  const accepts: Accepts = readFilters(Filters)
  return {
    body,
    keys: Keys.map(String),
    aggregate,
    covers: coveredBy(LogGroupNames),
    contributions: [],
    contributionOf(entry) {
      if (!accepts(entry)) return undefined
      const keys = paths.map(path => leafAt(entry, path))
      const value = valueAt ? leafAt(entry, valueAt) : 1
      // What lacks a key is nobody's.
      if (typeof value !== 'number' || keys.includes(undefined)) return undefined
      return { keys: keys.map(String), value }
    },
  }
}

function parsed(body: unknown): Record<string, unknown> {
  try {
    return Object(typeof body === 'string' ? JSON.parse(body) : body)
  } catch {
    throw new CannotEvaluate('its body is no JSON')
  }
}

function coveredBy(names: unknown): (logGroup: string) => boolean {
  if (!Array.isArray(names)) throw new CannotEvaluate('it names no log groups')
  const patterns = names.map(String)
  return logGroup =>
    patterns.some(pattern =>
      pattern.endsWith('*') ? logGroup.startsWith(pattern.slice(0, -1)) : logGroup === pattern,
    )
}
