import { type Finding, type Rule, undecided } from './rule.ts'
import type { Resource } from './template/template.ts'
import type { Templates } from './template/templates.ts'

/**
 * What a rule finds in one resource. The one place where something thrown becomes a finding: a rule that breaks over a template has
 * not found it right.
 */
export function judge(rule: Rule, resource: Resource, app: Templates): Finding[] {
  const found: Finding[] = []
  try {
    for (const finding of rule.judge(resource, app)) found.push(finding)
  } catch (error) {
    found.push(undecided(error, 'Properties'))
  }
  return found
}
