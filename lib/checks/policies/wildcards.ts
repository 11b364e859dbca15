import type { Resource } from '../template/template.ts'
import { type Statement, statementsOf } from './statement.ts'

/** `*`, `s3:*`, `*:Get`, `s3:??*`: a service as a whole, or more. */
export const isEveryAction = (action: string): boolean => {
  const [service = '', name = '*'] = action.split(':')
  return /[*?]/.test(service) || /^[*?]+$/.test(name)
}

/** `*`, and an ARN whose last part is one: all that a service has. */
export const isEveryResource = (resource: string): boolean => {
  if (/^[*?]+$/.test(resource)) return true
  const [arn, , service, , , ...rest] = resource.split(':')
  return arn === 'arn' && (service === undefined || /[*?]/.test(service) || /^[*?]*$/.test(rest.join(':')))
}

/** Whether a pattern of IAM's takes a name. Case does not matter, as in actions. */
export const matches = (pattern: string, name: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(name)

const alone = ['Policy', 'ManagedPolicy', 'RolePolicy', 'UserPolicy', 'GroupPolicy']
const identities = ['AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group']

export const identityPolicyTypes: readonly string[] = [
  ...alone.map(name => `AWS::IAM::${name}`),
  ...identities,
  'AWS::SSO::PermissionSet',
]

/** What a resource lets an identity do: its allowing statements. */
export function grantsOf(resource: Resource): Statement[] {
  const policies = identities.includes(resource.type)
    ? resource
        .get('Policies')
        .items()
        .map(policy => policy.get('PolicyDocument'))
    : [resource.get(resource.type === 'AWS::SSO::PermissionSet' ? 'InlinePolicy' : 'PolicyDocument')]
  return policies.flatMap(statementsOf).filter(({ effect }) => effect === 'Allow')
}
