import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { stageMetric } from '../aws-metric.ts'
import { expression, oneMinute, someMinutes, type Together, type Watcher } from './watch.ts'

/** Reasons that page, and are the gateway's own trouble. A share of all requests, since of a million some meet a lost packet. */
export function incidentAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('incidents')) return []
  const { incidents } = watcher.declared
  const alarm = watcher.watch(
    'Incidents',
    expression(
      '100 * incidents / requests',
      {
        incidents: watcher.api.metricIncidents(),
        requests: stageMetric(watcher.api, 'Count', { statistic: Stats.SUM }),
      },
      oneMinute,
    ),
    {
      means: `${incidents} % of requests or more are refused because something of the gateway’s own does not work: keys, the state table, credentials, or its code.`,
      first:
        'look at the security dashboard, “Refused, by reason”; docs/errors.md says what each reason means.',
      section: 'incidents',
      threshold: incidents,
      ...someMinutes,
    },
  )
  return [[alarm]]
}

/** Reasons that page, and that nothing explains but wiring gone wrong or somebody inside: one is enough. */
export function breachAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('breaches')) return []
  const alarm = watcher.watch('Breaches', watcher.api.metricBreaches({ period: oneMinute }), {
    means:
      'a request came by the first door without its ticket, or something else answers in the place of an upstream.',
    first:
      'look at the security dashboard, “Refused, by reason”, for which. `ticket.*` or `certificate.missing`: who changed the API, or calls it from inside? `upstream.*`: whose certificate, which address?',
    section: 'breaches',
    threshold: 1,
    // Whoever is inside may come again: one page, and an hour.
    of: 60,
    periods: 1,
  })
  return [[alarm]]
}
