import { Stack, Token } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { Edge } from './edge.ts'

/** API Gateway's quota for a resource policy. */
const mostBytes = 8192
type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

const idLength = 'vpce-0123456789abcdef0'.length

/**
 * Who may call at all. Each denial is a statement of its own, so that all of them must be passed: beside an authorizer, API Gateway takes
 * a mere lack of permission here for a yes. The permission is for public routes, which need one as soon as there is a policy. Absent
 * keys deny, since both conditions are negations.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
export function resourcePolicy(scope: Construct, { endpoint, callers }: Edge): PolicyDocument | undefined {
  const { target } = endpoint
  const isPrivate = target.kind === 'private'
  const statement = (effect: Effect, conditions?: Conditions) =>
    new PolicyStatement({
      effect,
      principals: [new AnyPrincipal()],
      actions: ['execute-api:Invoke'],
      resources: ['execute-api:/*'], // of the API that the policy is attached to
      ...(conditions && { conditions }),
    })
  const denials: Conditions[] = [
    ...(isPrivate
      ? [{ StringNotEquals: { 'aws:SourceVpce': target.vpcEndpoints.map(each => each.vpcEndpointId) } }]
      : []),
    ...(callers
      ? // Behind a VPC endpoint there is no aws:SourceIp.
        [{ NotIpAddress: { [isPrivate ? 'aws:VpcSourceIp' : 'aws:SourceIp']: callers.addresses } }]
      : []),
  ]
  if (denials.length === 0) return undefined
  const document = new PolicyDocument({
    statements: [statement(Effect.ALLOW), ...denials.map(denial => statement(Effect.DENY, denial))],
  })
  checkSize(scope, document)
  return document
}

function checkSize(scope: Construct, document: PolicyDocument): void {
  const text = JSON.stringify(Stack.of(scope).resolve(document.toJSON()), (key, value) =>
    key === 'aws:SourceVpce' ? [value].flat().map(placeholder) : value,
  )
  if (text.length <= mostBytes) return
  throw new DeclarationError({
    at: `${scope.node.path} callers`,
    given: `a resource policy of ${text.length} bytes`,
    allowed: `${mostBytes} bytes, API Gateway's quota`,
    fix: 'join neighbouring ranges into wider ones, or have a web firewall look at addresses',
  })
}

/** Ids that AWS will make have the length of all others. */
const placeholder = (id: unknown) =>
  typeof id === 'string' && !Token.isUnresolved(id) ? id : '-'.repeat(idLength)
