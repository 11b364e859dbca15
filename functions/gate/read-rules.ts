import type { GateManifest } from '../../contract/gate-manifest.ts'
import type { Bound } from '../../contract/limits.ts'
import { readRule } from '../../contract/rule.ts'
import type { Rules } from './apply-rule.ts'
import type { Conditions } from './limits/plan.ts'

export interface ReadRules {
  readonly rules: Rules
  readonly conditions: Conditions
}

/** The rules of a gate's routes, and the conditions of their limits. Throws for one that cannot be read, which stops the function at load. */
export function readRules({ routes, clientCertificates }: GateManifest): ReadRules {
  const rules = Object.entries(routes).flatMap(([key, { access, input }]) =>
    access.kind === 'token' && access.rule !== null
      ? [[key, readRule(access.rule, { ...input, certificate: clientCertificates })] as const]
      : [],
  )
  const texts = Object.values(routes)
    .flatMap(({ limits }) => limits.layers)
    .flatMap(({ bounds, tiers }) => [...bounds, ...Object.values(tiers?.bounds ?? {}).flat()])
    .flatMap(({ when }: Bound) => (when === null ? [] : [when]))
  return {
    rules: Object.fromEntries(rules),
    // Limits are decided before inputs are looked at.
    conditions: Object.fromEntries(
      [...new Set(texts)].map(text => [text, readRule(text, { path: [], query: [] })]),
    ),
  }
}
