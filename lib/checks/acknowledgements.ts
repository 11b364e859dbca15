import { type PolicyViolation, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { Rule } from './rule.ts'

/** Before the ids of rules in acknowledgements. The plugin's name, too, as CDK derives the one from the other. */
export const namespace = 'ZeroTrust'

/** Id that acknowledges one finding, or a whole rule's where a resource has one of it at the most. */
export const acknowledgementOf = (rule: Rule, name?: string): string =>
  `${namespace}::${violationName(rule, name)}`

/** CDK reads brackets in an id, and refuses the whole report for one that is not closed. */
export function violationName(rule: Rule, name?: string): string {
  if (name === undefined) return rule.id
  const open: string[] = []
  const isClosed = [...name].every(character => {
    const closing = pairs[character]
    if (closing !== undefined) open.push(closing)
    return !closers.has(character) || open.pop() === character
  })
  return `${rule.id}[${isClosed && open.length === 0 ? name : name.replaceAll(/[[\](){}]/g, '_')}]`
}

const pairs: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' }
const closers = new Set(Object.values(pairs))

/**
 * Acknowledgements that are none: CDK takes any text as a reason, none as well, and any id. Themselves they cannot be acknowledged
 * (`fatal`), else one mistake could hide another.
 */
export function idleAcknowledgements(app: IConstruct, rules: readonly Rule[]): PolicyViolation[] {
  return app.node.findAll().flatMap(construct =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries((data ?? {}) as Record<string, unknown>))
      .flatMap(([id, reason]) => {
        const why = wrong(id, reason, rules)
        return why === undefined ? [] : [violation(id, why, construct)]
      }),
  )
}

function wrong(id: string, reason: unknown, rules: readonly Rule[]): string | undefined {
  const [plugin, rule = ''] = id.split('::')
  if (plugin !== namespace)
    // What has no prefix CDK takes for the id of a warning.
    return /^annotation$/i.test(plugin ?? '') && /^ZT-/.test(rule) ? `write ${namespace}::${rule}` : undefined
  if (!rules.some(known => rule === known.id || rule.startsWith(`${known.id}[`)))
    return 'there is no such rule'
  return typeof reason === 'string' && reason.trim() !== '' ? undefined : 'it gives no reason'
}

const violation = (id: string, why: string, construct: IConstruct): PolicyViolation => ({
  ruleName: `ZT-ACKNOWLEDGEMENT[${id.replaceAll(/[[\](){}]/g, '_')}]`,
  description: `Every acknowledgement is of a rule that there is, with a reason: ${why}`,
  fix: 'Correct the acknowledgement, or remove it.',
  severity: 'fatal',
  violatingResources: [{ constructPath: construct.node.path, locations: [] }],
})
