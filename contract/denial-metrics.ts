import type { MetricName } from './metrics.ts'
import { isTokenRejection, type ReasonCode, reasonOf, reasons } from './reasons.ts'

// Such a token was good, and its signature still holds: nobody makes one up. A client that does not renew asks with it all night.
const outlived: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['token.expired', 'ticket.expired'])

const counted: ReadonlyMap<ReasonCode, readonly MetricName[]> = new Map(
  (Object.keys(reasons) as ReasonCode[]).map(code => [code, countedAs(code)]),
)

/**
 * What one refusal is counted as for the whole API, beside `Denied`. Alarms need these sums: they cannot search, take ten metrics at the most,
 * and a reason that never occurred has none to add up.
 */
export const denialMetrics = (code: ReasonCode): readonly MetricName[] => counted.get(code) ?? []

function countedAs(code: ReasonCode): MetricName[] {
  const { owner, pages } = reasonOf(code)
  if (outlived.has(code)) return []
  const isOfClient = owner === 'client' && !code.startsWith('limit.')
  return [
    ...(isTokenRejection(code) ? (['TokensRejected'] as const) : []),
    ...(pages === 'service' ? (['Incidents'] as const) : []),
    ...(pages === 'security' ? (['Breaches'] as const) : []),
    ...(isOfClient ? (['ClientDenials'] as const) : []),
  ]
}
