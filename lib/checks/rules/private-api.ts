import { apiPolicies, judgeStrangers } from '../api/policy.ts'
import { isPrivate } from '../api/stages.ts'
import { breach, each, type Rule } from '../rule.ts'

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
  *judge(api, app) {
    if (!isPrivate(api)) return
    const policies = apiPolicies(api, app)
    if (policies.length === 0) yield breach(api.get('Policy'), 'it has no resource policy')
    yield* each(policies, policy =>
      judgeStrangers(policy, function* (statement) {
        yield breach(statement.value, 'it lets in callers from any network')
      }),
    )
  },
}
