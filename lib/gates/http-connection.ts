import { Annotations, ArnFormat, Stack, Token } from 'aws-cdk-lib'
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import { Effect, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { FunctionOptions, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { ClientCertificate } from '../declare/client-certificate.ts'
import type { DeclaredConnection } from '../declare/connection.ts'
import type { HttpTarget } from '../declare/http-upstream.ts'
import { decryptVia } from '../encryption.ts'

/** Where the function before an upstream stands. */
export function networkOf(
  gate: Construct,
  { connection, url }: HttpTarget,
): Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  const { vpc } = connection
  if (!vpc) return {}
  return {
    vpc: vpc.vpc,
    ...(vpc.subnets && { vpcSubnets: vpc.subnets }),
    securityGroups: [...(vpc.securityGroups ?? [ownSecurityGroup(gate, vpc.vpc, portsOf(url))])],
  }
}

/** What a function needs for the connections to its upstream, and what is to be said of them. */
export function permitConnection(gate: Construct, fn: LambdaFunction, connection: DeclaredConnection): void {
  const { trust, clientCertificate, vpc } = connection
  if (clientCertificate) permitReading(fn, clientCertificate)
  if (vpc) permitInterfaces(gate, fn)
  for (const authority of trust.expiring) {
    Annotations.of(gate).addWarningV2(
      'sallyport:authority-expires',
      `an authority of trust expires within 30 days: ${authority}. Beyond it every request is answered with 502`,
    )
  }
}

type Vpc = NonNullable<DeclaredConnection['vpc']>['vpc']

/** Lets nothing in, and out only where the upstream is and where AWS's services are. */
function ownSecurityGroup(gate: Construct, vpc: Vpc, ports: readonly number[]): SecurityGroup {
  const group = new SecurityGroup(gate, 'SecurityGroup', {
    vpc,
    description: 'Second door of Sallyport: out to its upstream, in from nowhere',
    allowAllOutbound: false,
  })
  for (const port of ports) {
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(port))
    group.addEgressRule(Peer.anyIpv6(), Port.tcp(port))
  }
  return group
}

/** 443 is that of AWS's services as well. */
function portsOf(url: string): number[] {
  const port = Token.isUnresolved(url) ? '' : new URL(url).port
  return [...new Set([443, Number(port || 443)])]
}

/** This secret, and nothing else of it than its value: CDK's `grantRead` lets it be described too. */
function permitReading(fn: LambdaFunction, { secret, encryptionKey }: ClientCertificate): void {
  // An ARN without the six characters at its end is that of a name.
  const arn = secret.secretFullArn ?? `${secret.secretArn}-??????`
  fn.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] }))
  if (!encryptionKey) return
  const { region } = Stack.of(fn).splitArn(secret.secretArn, ArnFormat.COLON_RESOURCE_NAME)
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
  fn.addToRolePolicy(decryptVia(encryptionKey, 'secretsmanager', { region, context: { SecretARN: arn } }))
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]

/** Lambda attaches the function to the network with the function's own role, which needs this. The function's code does not. */
function permitInterfaces(gate: Construct, fn: LambdaFunction): void {
  fn.addToRolePolicy(new PolicyStatement({ actions: interfaceActions, resources: ['*'] }))
  // Not in the role's own policy, which the function waits for.
  new Policy(gate, 'NoInterfaces', {
    ...(fn.role && { roles: [fn.role] }),
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        actions: interfaceActions,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': fn.functionArn } },
      }),
    ],
  })
}
