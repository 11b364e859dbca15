import { iam } from './calls.ts'
import type { Reader } from './reader.ts'

/** Roles and their policies. A role must have nothing that was not declared: attached policies are read whole. */
export const role: Reader = {
  declared: properties => ({ ManagedPolicyArns: [], ...properties }),
  async read(origin, { physicalId: RoleName }) {
    const { Role } = await iam<{ Role: { AssumeRolePolicyDocument: string; PermissionsBoundary?: object } }>(
      origin,
      'GetRole',
      { RoleName },
    )
    const { AttachedPolicies } = await iam<{ AttachedPolicies: { PolicyArn: string }[] }>(
      origin,
      'ListAttachedRolePolicies',
      { RoleName },
    )
    return {
      AssumeRolePolicyDocument: JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument)),
      ManagedPolicyArns: AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
    }
  },
}

export const rolePolicy: Reader = {
  async read(origin, { properties: { PolicyName, Roles } }) {
    const having: string[] = []
    let document: unknown
    for (const RoleName of Roles as string[]) {
      const { PolicyNames } = await iam<{ PolicyNames: string[] }>(origin, 'ListRolePolicies', { RoleName })
      if (PolicyNames.join() !== PolicyName) throw new Error(`${RoleName} has policies ${PolicyNames}`)
      const found = await iam<{ PolicyDocument: string }>(origin, 'GetRolePolicy', {
        RoleName,
        PolicyName: PolicyName as string,
      })
      having.push(RoleName)
      document = JSON.parse(decodeURIComponent(found.PolicyDocument))
    }
    return { PolicyName, Roles: having, PolicyDocument: document }
  },
}
