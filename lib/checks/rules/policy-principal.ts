import { resourcePoliciesOf, resourcePolicyTypes } from '../policies/resource-policies.ts'
import { isOfOneAccount, restricts, restrictsUsers } from '../policies/restricting.ts'
import {
  conditionsOf,
  hasOpposite,
  principalsOf,
  type Statement,
  statementsOf,
  textsOf,
} from '../policies/statement.ts'
import { breach, each, type Rule } from '../rule.ts'

const endpoint = 'AWS::EC2::VPCEndpoint'

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
export const policyPrincipal: Rule = {
  id: 'ZT-POLICY-PRINCIPAL',
  title: 'Policies of resources name who may use them',
  fix: 'Name accounts, roles or services; or narrow * by a condition on what callers cannot choose, such as aws:PrincipalOrgID, aws:SourceArn or aws:SourceVpce, for a provider’s users by one on their claims.',
  types: resourcePolicyTypes,
  *judge(resource) {
    yield* each(resourcePoliciesOf(resource), function* (policy) {
      if (
        resource.type === endpoint &&
        !policy.isPresent &&
        !isForAppliances(resource.get('VpcEndpointType').text())
      )
        yield breach(policy, 'it has no policy, and so lets anyone use anything through it')
      yield* each(statementsOf(policy), function* (statement) {
        if (statement.effect !== 'Allow' || conditionsOf(statement).some(restricts)) return
        // Such a policy stands on the way to resources: it may name those instead of who goes there.
        if (resource.type === endpoint && isForFew(statement)) return
        const who = tooMany(statement)
        if (who) yield breach(statement.value, who)
      })
    })
  },
}

function tooMany(statement: Statement): string | undefined {
  if (hasOpposite(statement, 'Principal')) return 'it lets in all whom NotPrincipal does not name'
  const principals = principalsOf(statement)
  if (principals.some(({ name }) => /[*?]/.test(name))) return 'it lets in anyone'
  if (principals.some(({ kind }) => kind === 'Federated') && !conditionsOf(statement).some(restrictsUsers))
    return 'it lets in anyone whom the identity provider knows'
  return undefined
}

const isForFew = (statement: Statement): boolean =>
  !hasOpposite(statement, 'Resource') &&
  textsOf(statement, 'Resource').length > 0 &&
  textsOf(statement, 'Resource').every(resource => isOfOneAccount(resource))

/** Endpoints of these kinds take no policy. */
const isForAppliances = (type: string | undefined): boolean =>
  type === 'GatewayLoadBalancer' || type === 'Resource' || type === 'ServiceNetwork'
