import { each, type Finding } from '../rule.ts'
import type { Resource } from '../template/template.ts'
import { type Statement, statementsOf } from './statement.ts'

/** `*`, `s3:*`, `*:Get`, `s3:??*`, `s3:*e*`: a service as a whole, or more, or nearly. */
export const isEveryAction = (action: string): boolean => {
  const [service = '', name = '*'] = action.split(':')
  return /[*?]/.test(service) || (/[*?]/.test(name) && name.replaceAll(/[*?]/g, '').length < 3)
}

/** Of these the first part of a resource is its name; of others it is its kind, as in `table/orders`. */
const namedFirst = new Set(['s3', 'execute-api', 'sns', 'sqs', 'codecommit', 'codepipeline'])

/** `*`, and an ARN of all that a service has, or of all of a kind, or of what all of them have. */
export const isEveryResource = (resource: string): boolean => {
  const { arn, service, rest } = partsOf(resource)
  if (arn !== 'arn') return /^[^$]*[*?]/.test(resource)
  const [first = '', second = '', ...more] = rest.replace(/^\//, '').split(/[/:]/)
  if (/[*?]/.test(service) || isWild(first) || first === '') return true
  // The name of a scaling group stands at the end, behind an id that nobody knows.
  return !namedFirst.has(service) && isWild(second) && isWild(more.at(-1) ?? second)
}

const isWild = (part: string): boolean => /^[*?]+$/.test(part)

/** Of an ARN; references in it count as names. */
export function partsOf(resource: string) {
  const [arn = '', partition = '', service = '*', region = '', account = '', ...rest] = resource
    .replaceAll(/\$\{[^}]*\}/g, 'x')
    .split(':')
  return { arn, before: `${partition}${service}${region}`, service, account, rest: rest.join(':') }
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

/** Judges what a resource lets an identity do: each of its allowing statements. */
export function* judgeGrants(
  resource: Resource,
  judge: (statement: Statement) => Iterable<Finding>,
): Iterable<Finding> {
  const isIdentity = identities.includes(resource.type)
  const place = resource.type === 'AWS::SSO::PermissionSet' ? 'InlinePolicy' : 'PolicyDocument'
  const policies = isIdentity ? resource.get('Policies').items() : [resource.properties]
  yield* each(policies, function* (policy) {
    yield* each(statementsOf(policy.get(place)), function* (statement) {
      if (statement.effect === 'Allow') yield* judge(statement)
    })
  })
}
