import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolatingResource,
  PolicyViolation,
} from 'aws-cdk-lib'
import { idleAcknowledgements, namespace, violationName } from './acknowledgements.ts'
import { judge } from './judge.ts'
import { readApp } from './read-app.ts'
import type { Finding, Rule } from './rule.ts'
import { rules } from './rules/index.ts'
import { readable, unreadable } from './rules/readable.ts'
import type { Template } from './template/template.ts'
import type { Templates } from './template/templates.ts'

/**
 * Stops the synth of an app whose templates do not keep the rules of docs/checks.md: `Validations.of(app).addPlugins(new
 * ZeroTrustChecks())`. For any CDK app. It reads what was synthesized, nested stacks and OpenAPI documents in assets included; what
 * cannot be judged fails.
 *
 * One finding is accepted by `Validations.of(construct).acknowledge({ id: 'ZeroTrust::ZT-API-ACCESS[GET /health]', reason })`; an
 * acknowledgement without a reason, or of no rule, fails too.
 */
export class ZeroTrustChecks implements IPolicyValidationPlugin {
  readonly name = namespace
  readonly ruleIds = rules.map(({ id }) => id)

  /** Findings of all rules in all templates of the app, as CDK asks for them during synth. Never throws for what a template holds. */
  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = [
      ...violationsOf(readApp(context)),
      ...idleAcknowledgements(context.appConstruct, rules),
    ]
    return { success: violations.length === 0, violations }
  }
}

function violationsOf(app: Templates): PolicyViolation[] {
  const violations = new Map<string, PolicyViolation & { violatingResources: PolicyViolatingResource[] }>()
  const add = (rule: Rule, { name, verdict, why, at }: Finding, resource: PolicyViolatingResource) => {
    const ruleName = violationName(rule, name)
    const description = `${rule.title}: ${why}`
    const key = `${ruleName} ${description}`
    const known = violations.get(key) ?? {
      ruleName,
      description,
      fix: rule.fix,
      // CDK counts nothing else as a failure once anything is acknowledged.
      severity: 'error',
      ruleMetadata: { verdict },
      violatingResources: [],
    }
    violations.set(key, known)
    known.violatingResources.push({ ...resource, locations: [at] })
  }
  for (const template of app.all) {
    for (const finding of unreadable(template)) add(readable, finding, placeOf(template))
    for (const resource of template.resources) {
      const place = {
        templatePath: template.source.path,
        resourceLogicalId: resource.logicalId,
        locations: [],
      }
      for (const rule of rules.filter(({ types }) => types.includes(resource.type) || types.includes('*')))
        for (const finding of judge(rule, resource, app)) add(rule, finding, place)
    }
  }
  return [...violations.values()]
}

const placeOf = ({ source }: Template): PolicyViolatingResource => ({
  constructPath: source.stackPath,
  templatePath: source.path,
  locations: [],
})
