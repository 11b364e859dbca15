import type { Resource } from '../template/template.ts'
import { type Statement, statementsOf } from './statement.ts'

/** `*`, `s3:*`, `*:Get`, `s3:??*`: a service as a whole, or more. */
export const isEveryAction = (action: string): boolean => {
  const [service = '', name = '*'] = action.split(':')
  return /[*?]/.test(service) || /^[*?]+$/.test(name)
}

// Kinds of resources that an ARN names before the resource.
const allOfAKind =
  /^(?:alias|cluster|db|distribution|event-bus|function|instance|key|layer|log-group|parameter|policy|repository|role|rule|secret|stateMachine|stream|table|user|userpool)[/:][*?]+$/

/** `*`, and an ARN of all that a service has, or of all of a kind. */
export const isEveryResource = (resource: string): boolean => {
  if (/^[*?]+$/.test(resource)) return true
  const { arn, service, rest } = partsOf(resource)
  return arn === 'arn' && (/[*?]/.test(service) || /^[*?]*$/.test(rest) || allOfAKind.test(rest))
}

/** Of an ARN; references in it count as names. */
export function partsOf(resource: string) {
  const [arn, , service = '*', , account = '', ...rest] = resource.replaceAll(/\$\{[^}]*\}/g, 'x').split(':')
  return { arn, service, account, rest: rest.join(':') }
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
