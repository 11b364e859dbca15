import { deny, Refused } from '../../contract/decision.ts'
import type { Rule } from '../../contract/rule.ts'
import { candidateOf } from './inputs/validation.ts'
import type { DeclaredRequest, Step } from './passage.ts'

/** Rules by the route they are of, read when the function loads. */
export type Rules = Readonly<Record<string, Rule>>

/**
 * Decides the route's rule over claims, path, query and source address. Denials: `rule.not_met`, and `rule.failed` where it
 * cannot be decided.
 */
export function applyRule({ rules }: { rules: Rules }): Step<Record<string, unknown>, DeclaredRequest> {
  return {
    before: ({ event: request }) => {
      const { key, route, ticket, sourceIp } = request
      if (route.access.kind === 'public' || route.access.rule === null) return
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
      if (!rule) throw new Error('no rule for this route')
      if (!ticket) throw new Error('a rule without a caller')
      const { path, query } = candidateOf(request)
      const holds = attempt(() =>
        rule.holds({ claims: ticket.claims, path, query, source: { ip: sourceIp } }),
      )
      if (holds === undefined) throw new Refused(deny('rule.failed'))
      if (!holds) throw new Refused(deny('rule.not_met'))
    },
  }
}

/** Undefined when it fails. The error is not kept: it may quote a claim. */
function attempt(decide: () => boolean): boolean | undefined {
  try {
    return decide()
  } catch {
    return undefined
  }
}
