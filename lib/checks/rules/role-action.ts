import { hasOpposite, textsOf } from '../policies/statement.ts'
import { identityPolicyTypes, isEveryAction, judgeGrants } from '../policies/wildcards.ts'
import { breach, each, type Rule, undecided } from '../rule.ts'
import { CannotTell } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import type { Value } from '../template/value.ts'

const broad =
  /FullAccess|AdministratorAccess|PowerUserAccess|^(?:ReadOnlyAccess|SecretsManagerReadWrite)$|^(?:Database|Network|System)Administrator$/

const elsewhere = 'that policy is not at hand'

export const roleAction: Rule = {
  id: 'ZT-ROLE-ACTION',
  title: 'Roles, users and groups may do what they need, not all that a service can',
  fix: 'Name the actions.',
  types: identityPolicyTypes,
  *judge(resource, app) {
    yield* judgeGrants(resource, function* (statement) {
      if (hasOpposite(statement, 'Action'))
        yield breach(statement.value, 'it allows all that NotAction does not name', 'NotAction')
      for (const action of textsOf(statement, 'Action').filter(isEveryAction))
        yield breach(statement.value.get('Action'), `it allows ${action}`, action)
    })
    yield* each(resource.get('CustomerManagedPolicyReferences').items(), function* (policy) {
      yield undecided(new CannotTell(elsewhere), policy.at, policy.get('Name').text())
    })
    yield* each(attachedTo(resource), function* (policy) {
      const text = policy.text() ?? ''
      // Judged by itself.
      if (app.referred(text)) return
      const [, name] = /:aws:policy\/(?:.*\/)?([^/]+)$/.exec(text) ?? []
      if (name === undefined) yield undecided(new CannotTell(elsewhere), policy.at, text)
      else if (broad.test(name)) yield breach(policy, `it has ${name}`, name)
    })
  },
}

const attachedTo = (resource: Resource): Value[] =>
  resource.get(resource.type === 'AWS::SSO::PermissionSet' ? 'ManagedPolicies' : 'ManagedPolicyArns').items()
