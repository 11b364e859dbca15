import { deny, Refused } from '../../contract/decision.ts'
import type { Rule } from '../../contract/rule.ts'
import { certificateValues } from './inputs/certificate.ts'
import { ruleInputOf } from './inputs/validation.ts'
import type { DeclaredRequest, Step } from './passage.ts'

/** Rules by the route they are of, read when the function loads. */
export type Rules = Readonly<Record<string, Rule>>

/**
 * Decides the route's rule over claims, path, query, source address and client certificate. Denials: `rule.not_met`, and
 * `rule.failed` where it cannot be decided. A rule that names the certificate is loaded only where everyone has one: `requireCertificate`.
 */
export function applyRule({ rules }: { rules: Rules }): Step<Record<string, unknown>, DeclaredRequest> {
  return {
    before: ({ event: request }) => {
      const { key, route, ticket, sourceIp, certificate } = request
      if (route.access.kind === 'public' || route.access.rule === null) return
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
      if (!rule) throw new Error('no rule for this route')
      if (!ticket) throw new Error('a rule without a caller')
      const { path, query } = ruleInputOf(request)
      let holds: boolean
      try {
        holds = rule.holds({
          claims: ticket.claims,
          path,
          query,
          source: { ip: sourceIp },
          certificate: certificateValues(certificate, rule.certificate),
        })
      } catch (error) {
        throw new Refused(deny('rule.failed', { note: placeOf(error) }))
      }
      if (!holds) throw new Refused(deny('rule.not_met'))
    },
  }
}

/** What kind of error it was, and where in the rule. Its message is left out: it may quote a claim. */
function placeOf(error: unknown): string {
  const { code, range } = Object(error) as { code?: unknown; range?: { start?: unknown } }
  const kind = typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : 'error'
  return `${kind} at character ${Number(range?.start ?? 0) + 1}`
}
