import { expect } from 'vitest'
import type { Deployed } from '../deployed.ts'
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

/** A role has the declared policies, and none that somebody or something added. */
export async function expectNoOtherPolicies(origin: string, resources: readonly Deployed[]): Promise<void> {
  const policies = resources.filter(({ type }) => type === 'AWS::IAM::Policy')
  for (const { physicalId: RoleName } of resources.filter(({ type }) => type === 'AWS::IAM::Role')) {
    const { PolicyNames } = await iam<{ PolicyNames: string[] }>(origin, 'ListRolePolicies', { RoleName })
    const declared = policies.flatMap(({ properties: { Roles, PolicyName } }) =>
      (Roles as string[]).includes(RoleName) ? [PolicyName as string] : [],
    )
    expect({ RoleName, policies: PolicyNames.toSorted() }).toEqual({ RoleName, policies: declared.sort() })
  }
}
