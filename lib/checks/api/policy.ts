import { restricts, sparesOnly } from '../policies/restricting.ts'
import {
  conditionsOf,
  hasOpposite,
  isForEveryone,
  type Statement,
  statementsOf,
  textsOf,
} from '../policies/statement.ts'
import { matches } from '../policies/wildcards.ts'
import { each, type Finding } from '../rule.ts'
import { known } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import type { Templates } from '../template/templates.ts'
import type { Value } from '../template/value.ts'
import { documentOf } from './openapi.ts'

/** The policies of an API: its property, and its document's. Which of two counts nobody says, so both must do. */
export const apiPolicies = (api: Resource, app: Templates): Value[] =>
  [api.get('Policy'), documentOf(api, app).get('x-amazon-apigateway-policy')].filter(each => each.isPresent)

/** Judges what of a policy lets in callers of whom it says nothing, neither in itself nor by a refusal of all others. */
export function* judgeStrangers(
  policy: Value,
  judge: (statement: Statement) => Iterable<Finding>,
): Iterable<Finding> {
  const statements = statementsOf(policy)
  if (statements.some(statement => known(() => deniesOthers(statement)))) return
  yield* each(statements, function* (statement) {
    if (statement.effect !== 'Allow' || conditionsOf(statement).some(restricts)) return
    if (hasOpposite(statement, 'Principal') || isForEveryone(statement)) yield* judge(statement)
  })
}

const everyMethod = /^(?:\*|execute-api:\/\*(?:\/\*)*|arn:[^:]*:execute-api:[^:]*:[^:]*:[^/]+\/\*(?:\/\*)*)$/

/** One condition alone: with a second one it would refuse only those of whom both hold. */
function deniesOthers(statement: Statement): boolean {
  if (statement.effect !== 'Deny' || !isForEveryone(statement)) return false
  if ((['Action', 'Resource'] as const).some(element => hasOpposite(statement, element))) return false
  const [condition, ...more] = conditionsOf(statement)
  return (
    condition !== undefined &&
    more.length === 0 &&
    sparesOnly(condition) &&
    textsOf(statement, 'Action').some(action => matches(action, 'execute-api:Invoke')) &&
    textsOf(statement, 'Resource').some(resource => everyMethod.test(resource))
  )
}
