import { hasOpposite, textsOf } from '../policies/statement.ts'
import { grantsOf, identityPolicyTypes, isEveryAction } from '../policies/wildcards.ts'
import { breach, type Rule } from '../rule.ts'

const broad = /FullAccess|AdministratorAccess|PowerUserAccess|^(?:Database|Network|System)Administrator$/

export const roleAction: Rule = {
  id: 'ZT-ROLE-ACTION',
  title: 'Roles, users and groups may do what they need, not all that a service can',
  fix: 'Name the actions.',
  types: identityPolicyTypes,
  *judge(resource) {
    for (const statement of grantsOf(resource)) {
      if (hasOpposite(statement, 'Action'))
        yield breach(statement.value, 'it allows all that NotAction does not name', 'NotAction')
      for (const action of textsOf(statement, 'Action').filter(isEveryAction))
        yield breach(statement.value.get('Action'), `it allows ${action}`, action)
    }
    const attached = resource.type === 'AWS::SSO::PermissionSet' ? 'ManagedPolicies' : 'ManagedPolicyArns'
    for (const policy of resource.get(attached).items()) {
      const [, name] = /:aws:policy\/(?:.*\/)?([^/]+)$/.exec(policy.text() ?? '') ?? []
      if (name !== undefined && broad.test(name)) yield breach(policy, `it has ${name}`, name)
    }
  },
}
