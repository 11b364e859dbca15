import { Duration, Token } from 'aws-cdk-lib'
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2'
import { objectionToHost, type UpstreamNetwork } from '../../contract/upstream-address.ts'
import { checkDuration, checkObject, checkOptions, checkText, describeValue } from './checks.ts'
import { ClientCertificate } from './client-certificate.ts'
import { DeclarationError } from './declaration-error.ts'
import { Trust } from './trust.ts'

/** The network that a gate's function stands in. */
export interface UpstreamVpc {
  readonly vpc: IVpc
  /** @default - the private subnets with a way out, as `aws-lambda` chooses */
  readonly subnets?: SubnetSelection
  /** @default - one of its own, which lets nothing in, and out only to the port of the upstream and to 443 */
  readonly securityGroups?: readonly ISecurityGroup[]
}

export interface ConnectionOptions {
  /** Who is believed to be the upstream. @default Trust.publicAuthorities() */
  readonly trust?: Trust
  /**
   * Why this upstream cannot speak TLS 1.3. Security: with TLS 1.2 its certificate, and that of the gate, cross the network readably.
   * @default - TLS 1.3 and nothing below
   */
  readonly unsafeTls12?: string
  /** What the gate shows of itself. @default - nothing: a server that asks for a certificate is shown none */
  readonly clientCertificate?: ClientCertificate
  /**
   * Where the upstream may be. `'public'`: a name that leads to a private address is refused, as is any that leads to the function itself or
   * to a metadata service. `'private'`: private addresses too, which needs `vpc`. @default 'public'
   */
  readonly network?: UpstreamNetwork
  /**
   * Has the gate's function stand in a VPC. It needs ways from there to DynamoDB (counters, controls) and Secrets Manager (its
   * certificate), by endpoints or a NAT gateway. @default - in AWS's own network
   */
  readonly vpc?: UpstreamVpc
  /** How long a connection may take, TLS included: within `timeout`. @default - 3 seconds, or `timeout` where that is less */
  readonly connectTimeout?: Duration
}

/** How an upstream over HTTP is connected to. */
export interface DeclaredConnection {
  readonly trust: Trust
  readonly tls12Reason: string | undefined
  readonly clientCertificate: ClientCertificate | undefined
  readonly network: UpstreamNetwork
  readonly vpc: UpstreamVpc | undefined
  readonly connectTimeout: Duration
}

export const connectionOptions = [
  'trust',
  'unsafeTls12',
  'clientCertificate',
  'network',
  'vpc',
  'connectTimeout',
] as const

/** Throws a `DeclarationError`. */
export function readConnection(
  at: string,
  url: string,
  timeout: Duration,
  options: ConnectionOptions,
): DeclaredConnection {
  const { trust = Trust.publicAuthorities(), unsafeTls12, clientCertificate } = options
  if (!(trust instanceof Trust)) refuseOther(`${at} trust`, trust, 'Trust.authorities(pem)')
  if (clientCertificate !== undefined && !(clientCertificate instanceof ClientCertificate))
    refuseOther(`${at} clientCertificate`, clientCertificate, 'ClientCertificate.fromSecret(secret)')
  if (unsafeTls12 !== undefined)
    checkText(`${at} unsafeTls12`, unsafeTls12, {
      fix: "say why it cannot: unsafeTls12: 'the vendor’s appliance, until spring'",
    })
  const network = readNetwork(at, options)
  checkHost(at, url, network)
  return {
    trust,
    tls12Reason: unsafeTls12,
    clientCertificate,
    network,
    vpc: options.vpc,
    connectTimeout: readConnectTimeout(`${at} connectTimeout`, options.connectTimeout, timeout),
  }
}

function refuseOther(at: string, given: unknown, example: string): never {
  const [type = ''] = example.split('.')
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: `what the functions of ${type} return`,
    fix: `write ${example}`,
  })
}

function readNetwork(at: string, { network = 'public', vpc }: ConnectionOptions): UpstreamNetwork {
  if (network !== 'public' && network !== 'private') {
    throw new DeclarationError({
      at: `${at} network`,
      given: describeValue(network),
      allowed: "'public' or 'private'",
      fix: "for an upstream within a VPC write network: 'private', vpc: { vpc }",
    })
  }
  if (vpc !== undefined) checkVpc(`${at} vpc`, vpc)
  if (network === 'public' || vpc !== undefined) return network
  throw new DeclarationError({
    at,
    given: "network: 'private' without a vpc",
    allowed: 'a private upstream with the VPC that it is reached from',
    fix: "add vpc: { vpc }: from AWS's own network a function reaches no private address",
  })
}

function checkVpc(at: string, given: UpstreamVpc): void {
  const example = '{ vpc: Vpc.fromLookup(this, …) }'
  if (typeof Object(given).vpcId === 'string') {
    throw new DeclarationError({
      at,
      given: 'a VPC itself',
      allowed: 'an object with vpc, subnets, securityGroups',
      fix: 'write vpc: { vpc }',
    })
  }
  checkOptions(at, given, ['vpc', 'subnets', 'securityGroups'], example)
  checkObject(`${at} vpc`, given.vpc, 'a VPC: a construct, or an imported one', `write vpc: ${example}`)
  const groups: unknown = given.securityGroups
  if (groups === undefined || isListOfGroups(groups)) return
  throw new DeclarationError({
    at: `${at} securityGroups`,
    given: describeValue(groups),
    allowed: 'a list of one or more security groups: constructs, or imported ones',
    fix: 'leave it out for one of its own',
  })
}

const isListOfGroups = (given: unknown): boolean =>
  Array.isArray(given) &&
  given.length > 0 &&
  given.every(group => typeof (group as Partial<ISecurityGroup> | null)?.securityGroupId === 'string')

/** A name is judged by what it resolves to, each time; an address can be judged here. */
function checkHost(at: string, url: string, network: UpstreamNetwork): void {
  if (Token.isUnresolved(url)) return
  const { hostname } = new URL(url)
  const objection = objectionToHost(hostname, network)
  if (objection === undefined) return
  const mayBePrivate = objectionToHost(hostname, 'private') === undefined
  throw new DeclarationError({
    at,
    given: `url ${describeValue(url)}: a ${objection} address`,
    allowed: mayBePrivate
      ? "a public address, or a private one with network: 'private'"
      : 'an address of another machine',
    fix: mayBePrivate
      ? "add network: 'private' and the vpc it is in"
      : 'name the host that the upstream is reached by; on your machine `sallyport dev` puts a local server in its place',
  })
}

function readConnectTimeout(at: string, given: Duration | undefined, timeout: Duration): Duration {
  const most = timeout.toMilliseconds()
  return checkDuration(at, given ?? Duration.millis(Math.min(most, 3000)), {
    unit: 'milliseconds',
    least: 100,
    most,
    fix: 'it is a part of timeout; give that more time, or this less',
  })
}
