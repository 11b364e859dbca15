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
  return toldApart(found)
}

/**
 * Findings that would have one name are named by their places, too: whoever acknowledged the one there was has not acknowledged a
 * second.
 */
function toldApart(findings: readonly Finding[]): Finding[] {
  return findings.map(finding => {
    const { name, at } = finding
    if (!findings.some(other => other !== finding && other.name === name)) return finding
    const place = at.replace(/^Properties\./, '')
    return { ...finding, name: name === undefined ? place : `${name} ${place}` }
  })
}
