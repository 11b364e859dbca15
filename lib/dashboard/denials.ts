import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { denialMetrics } from '../../contract/denial-metrics.ts'
import { isTokenRejection, type ReasonCode, reasons } from '../../contract/reasons.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import { search } from './search.ts'
import { colors } from './widgets.ts'

interface Kind {
  readonly label: string
  readonly color: string
  readonly has: (reason: ReasonCode) => boolean
}

const area =
  (...areas: readonly string[]) =>
  (reason: ReasonCode): boolean =>
    areas.some(each => reason.startsWith(`${each}.`))

/** What `TokensRejected` counts. */
export const neverHeld = (reason: ReasonCode): boolean => denialMetrics(reason).includes('TokensRejected')
/** Of refusals of tokens, the others. */
export const outlived = (reason: ReasonCode): boolean => isTokenRejection(reason) && !neverHeld(reason)
const fails = (reason: ReasonCode) => reasons[reason].status >= 500

/** A reason is of the first kind that has it: what operators ordered is no failure, whatever its status. */
const kinds: readonly Kind[] = [
  { label: 'operators’ orders', color: colors.failing, has: area('control') },
  { label: 'failures, ours or an upstream’s', color: colors.error, has: fails },
  { label: 'limits', color: '#1b4f72', has: area('limit') },
  { label: 'tokens', color: '#2f6fed', has: isTokenRejection },
  { label: 'inputs', color: '#b4bcc6', has: area('input', 'request', 'route') },
  { label: 'access', color: '#7d8998', has: () => true },
]

const codes = Object.keys(reasons) as ReasonCode[]

/** One line for each kind of refusal. */
export const deniedByKind = (api: ZeroTrustApi): MathExpression[] =>
  kinds.map(kind => {
    const of = codes.filter(code => kinds.find(({ has }) => has(code)) === kind)
    const usingMetrics = Object.fromEntries(
      of.map(reason => [reason.replace('.', '_'), api.metricDenied(reason)]),
    )
    return new MathExpression({
      expression: `SUM([${Object.keys(usingMetrics)}])`,
      usingMetrics,
      label: kind.label,
      color: kind.color,
    })
  })

/** A line for each reason that there was, of all or of some. */
export function deniedByReason(api: string, of?: (reason: ReasonCode) => boolean): string {
  const some = of && { reason: codes.filter(of) }
  return search('Denied', ['api', 'reason'], { api, ...some }, 'Sum')
}
