import type { MetricName } from './metrics.ts'
import { type ReasonCode, reasonOf } from './reasons.ts'

/**
 * What one refusal is counted as for the whole API, beside `Denied`: alarms need these sums, since they can neither search nor add up more
 * than ten metrics, and a reason that never occurred has none.
 */
export function denialMetrics(code: ReasonCode): readonly MetricName[] {
  const { owner, pages, status } = reasonOf(code)
  const isOfToken = status === 401 && (code.startsWith('token.') || code.startsWith('claim.'))
  const isOfClient = owner === 'client' && !code.startsWith('limit.')
  return [
    ...(isOfToken ? (['TokensRejected'] as const) : []),
    ...(pages === 'service' ? (['Incidents'] as const) : []),
    ...(pages === 'security' ? (['Breaches'] as const) : []),
    ...(isOfClient ? (['ClientDenials'] as const) : []),
  ]
}
