import type { Environment } from '@marcbachmann/cel-js'
import { parseRule, type Rule, ruleOf } from '../../contract/rule.ts'
import type { RuleInputs } from '../../contract/rule-values.ts'
import { RuleError } from '../../contract/rule-words.ts'
import { readUnasked } from './rule-presence.ts'

/** A rule with what only whoever declares it wants to know. */
export interface DeclaredRule extends Rule {
  /** Query parameters that it reads, although they may be left out, without having asked for them. */
  readonly unasked: readonly string[]
}

/** As `readRule`, and throws a {@link RuleError} for comments too. Gates evaluate what has passed here, and do not look again. */
export function readDeclaredRule(text: string, inputs: RuleInputs): DeclaredRule {
  const parsed = parseRule(text, inputs)
  if (hasComment(parsed.environment, text))
    throw new RuleError('a comment: what it is for belongs beside the rule')
  const optional = inputs.query.filter(({ required }) => !required).map(({ name }) => name)
  return { ...ruleOf(parsed, inputs), unasked: readUnasked(parsed.evaluate.ast, new Set(optional)) }
}

/**
 * Whether some of it is for readers only: in one line, as rules are shown, what follows it would look like a part of it. Where `//` is
 * within a text, two other characters there are CEL as well.
 */
function hasComment(environment: Environment, text: string): boolean {
  for (let at = text.indexOf('//'); at >= 0; at = text.indexOf('//', at + 1)) {
    try {
      environment.parse(`${text.slice(0, at)}@@${text.slice(at + 2)}`)
    } catch {
      return true
    }
  }
  return false
}

// One line of a terminal, or two.
const shownMost = 200

/** A rule as a complaint about it shows it: in one line, and of a long one the beginning. */
export function shownRule(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > shownMost ? `${line.slice(0, shownMost)}…` : line
}
