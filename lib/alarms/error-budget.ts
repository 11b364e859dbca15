import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { stageMetric } from '../aws-metric.ts'
import { expression, type Together, type Watcher } from './watch.ts'

// https://sre.google/workbook/alerting-on-slos/, table 5-8: what pages. Of a month's budget, 2 % is gone in an hour at 14.4 times the
// speed that would spend it evenly, and 5 % in six hours at 6 times. The short window says that it still goes on; it
// counts as going on for as many of them as `hold`, so that errors that come and go are one page.
const speeds = [
  { name: 'Fast', burn: 14.4, long: Duration.hours(1), short: Duration.minutes(5), hold: 6 },
  { name: 'Slow', burn: 6, long: Duration.hours(6), short: Duration.minutes(30), hold: 2 },
] as const

/**
 * Errors as callers see them: API Gateway's own count, so that a door that does not even start counts, too. CloudWatch takes one
 * period for all metrics of an alarm, so each window is an alarm, and a pair of them is what fires.
 */
export function errorBudgetAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('errorBudget')) return []
  const { target, leastErrors } = watcher.declared.errorBudget
  const window = (id: string, period: Duration, burn: number, least: number, of: number) => {
    // To the third digit of a percentage, which floating point would say in fifteen.
    const threshold = Number((burn * (100 - target)).toFixed(3))
    return watcher.watch(
      id,
      expression(
        `IF(errors >= ${least}, 100 * errors / requests, 0)`,
        {
          errors: stageMetric(watcher.api, '5XXError', { statistic: Stats.SUM }),
          requests: stageMetric(watcher.api, 'Count', { statistic: Stats.SUM }),
        },
        period,
      ),
      {
        means: `more than ${threshold} % of requests failed in ${period.toHumanString()}: ${burn} times what ${target} % leaves.`,
        first:
          'look at the overview dashboard, “Errors”, “Refused, by kind” and “Routes”: one upstream, one route, or all of it? Then at what was deployed last.',
        section: 'errorBudget',
        threshold,
        comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
        of,
        periods: 1,
      },
    )
  }
  return speeds.map(({ name, burn, long, short, hold }) => [
    window(`Errors${name}Long`, long, burn, leastErrors, 1),
    window(`Errors${name}Short`, short, burn, 1, hold),
  ])
}
