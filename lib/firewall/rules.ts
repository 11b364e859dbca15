import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import {
  type DeclaredFirewall,
  type FirewallPart,
  mostInspectedHeaderBytes,
} from '../declare/web-firewall-props.ts'
import type { AddressSets } from './address-sets.ts'
import { managedGroups } from './managed-rules.ts'

type Rule = CfnWebACL.RuleProperty
type Statement = CfnWebACL.StatementProperty

export interface OperatorsSets {
  readonly blocked: AddressSets
  readonly allowed: AddressSets
}

/**
 * The order in which a request is judged, cheapest first. What operators block is blocked before anything else is asked. A rule's place
 * does not depend on which others there are.
 */
const order = [
  'blockedAddresses',
  'rate',
  'ipReputation',
  'anonymousIp',
  'bodySize',
  'headerSize',
  'knownBadInputs',
  'common',
] as const

/**
 * None of them lets a request in: what no rule refuses goes on to API Gateway. Addresses that operators allow are excused from what judges
 * addresses, never from what judges requests.
 */
export function firewallRules(declared: DeclaredFirewall, { blocked, allowed }: OperatorsSets): Rule[] {
  const { mode, without } = declared
  const unlessAllowed: Statement = { notStatement: { statement: allowed.matches } }
  const found = mode === 'block' ? { block: {} } : { count: {} }
  return order.flatMap((part, place): Rule[] => {
    if (part !== 'blockedAddresses' && without.has(part)) return []
    const common = {
      name: ruleName(part),
      priority: place * 10,
      visibilityConfig: visibility(ruleName(part)),
    }
    switch (part) {
      case 'blockedAddresses':
        // Also where the others count: that is to find out whom the rules would hit, and these are hit on purpose.
        return [{ ...common, action: { block: {} }, statement: blocked.matches }]
      case 'rate':
        return [{ ...common, action: found, statement: rateOf(declared, unlessAllowed) }]
      case 'bodySize':
        return [{ ...common, action: found, statement: largerThan(declared.maxBodyBytes, { body: beyond }) }]
      case 'headerSize':
        return [{ ...common, action: found, statement: unseenHeaders }]
      default: {
        // A group's rules have actions of their own, which are overridden as a whole.
        const overrideAction = mode === 'block' ? { none: {} } : { count: {} }
        const statement = managed(part, declared, unlessAllowed)
        return [{ ...common, overrideAction, statement }]
      }
    }
  })
}

/** `blockedAddresses` → `BlockedAddresses`: of the rule, and of its metric. */
const ruleName = (part: 'blockedAddresses' | FirewallPart) => `${part[0]?.toUpperCase()}${part.slice(1)}`

/** Samples are off: they would show paths as they were sent. */
export const visibility = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
})

const rateOf = (
  { rate: { requests: limit, seconds: evaluationWindowSec } }: DeclaredFirewall,
  scopeDownStatement: Statement,
): Statement => ({
  rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec, scopeDownStatement },
})

/** Longer than WAF can see is too long. */
const beyond = { oversizeHandling: 'MATCH' } as const

const largerThan = (size: number, fieldToMatch: CfnWebACL.FieldToMatchProperty): Statement => ({
  sizeConstraintStatement: {
    fieldToMatch,
    comparisonOperator: 'GT',
    size,
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
})

const everyOne = { matchPattern: { all: {} }, matchScope: 'ALL', ...beyond } as const

/**
 * WAF sees 8 KiB of headers, and 200 of them; of cookies the same. API Gateway takes 10 KiB, so that an attack could stand behind.
 * https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
 */
const unseenHeaders: Statement = {
  orStatement: {
    statements: [
      largerThan(mostInspectedHeaderBytes, { headers: everyOne }),
      largerThan(mostInspectedHeaderBytes, { cookies: everyOne }),
    ],
  },
}

function managed(
  part: keyof typeof managedGroups,
  { countOnly }: DeclaredFirewall,
  unlessAllowed: Statement,
): Statement {
  const { name, judges, rules } = managedGroups[part]
  const counted = [
    // It refuses bodies of more than 8 KB, which is little for JSON: the rule BodySize stands in its place.
    ...(part === 'common' ? ['SizeRestrictions_BODY'] : []),
    ...rules.filter(rule => countOnly.has(rule)),
  ]
  return {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name,
      ...(judges === 'addresses' && { scopeDownStatement: unlessAllowed }),
      ...(counted.length > 0 && {
        ruleActionOverrides: counted.map(rule => ({ name: rule, actionToUse: { count: {} } })),
      }),
    },
  }
}
