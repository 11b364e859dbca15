import { isPrivate } from '../api/stages.ts'
import { restricts, sparesOnly } from '../policies/restricting.ts'
import {
  conditionsOf,
  hasOpposite,
  principalsOf,
  type Statement,
  statementsOf,
  textsOf,
} from '../policies/statement.ts'
import { isEveryAction, matches } from '../policies/wildcards.ts'
import { breach, type Rule } from '../rule.ts'

/**
 * A private API can be reached through any VPC endpoint, of any account, that its policy lets in.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
 */
export const privateApi: Rule = {
  id: 'ZT-PRIVATE-API',
  title: 'A private API says which networks it is private to',
  fix: 'Give it a resource policy that allows only with a condition on aws:SourceVpce or aws:SourceVpc, or that denies all others.',
  types: ['AWS::ApiGateway::RestApi'],
  *judge(api) {
    if (!isPrivate(api)) return
    const policy = api.get('Policy')
    if (!policy.isPresent) {
      yield breach(policy, 'it has no resource policy')
      return
    }
    const statements = statementsOf(policy)
    if (statements.some(deniesOthers)) return
    for (const statement of statements) {
      if (statement.effect === 'Allow' && isForAnyone(statement) && !conditionsOf(statement).some(restricts))
        yield breach(statement.value, 'it lets in callers from any network')
    }
  },
}

const isForAnyone = (statement: Statement): boolean =>
  hasOpposite(statement, 'Principal') || principalsOf(statement).some(({ name }) => name === '*')

/** One condition alone: with a second one it would refuse only those of whom both hold. */
function deniesOthers(statement: Statement): boolean {
  if (statement.effect !== 'Deny' || !isForAnyone(statement)) return false
  if (!['Action', 'Resource'].every(element => !hasOpposite(statement, element as 'Action' | 'Resource')))
    return false
  const [condition, ...more] = conditionsOf(statement)
  return (
    condition !== undefined &&
    more.length === 0 &&
    sparesOnly(condition) &&
    textsOf(statement, 'Action').some(
      action => isEveryAction(action) || matches(action, 'execute-api:Invoke'),
    ) &&
    textsOf(statement, 'Resource').some(resource => /^(?:\*|execute-api:\/\*|arn:.*\/\*)$/.test(resource))
  )
}
