import { CfnResource, Stack } from 'aws-cdk-lib'
import type { CfnVPCEndpoint, IVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import { checkFlag, checkOptions, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

export interface RegionalEndpointOptions {
  /** Whether callers may come over IPv6 as well. @default false */
  readonly dualStack?: boolean
}

export interface PrivateEndpointOptions {
  /**
   * Interface endpoints of `execute-api`, one at the least: nothing else comes through. One that this app creates gets a policy that
   * lets its VPC call APIs of this account, region and stage name, and no others; imported ones are left as they are.
   */
  readonly vpcEndpoints: readonly IVpcEndpoint[]
}

type Target =
  | { readonly kind: 'regional'; readonly dualStack: boolean }
  | { readonly kind: 'private'; readonly vpcEndpoints: readonly IVpcEndpoint[] }

/** From where an API can be reached. */
export class Endpoint {
  /** From the internet, in the API's region. */
  static regional(options: RegionalEndpointOptions = {}): Endpoint {
    const at = 'Endpoint.regional'
    checkOptions(at, options, ['dualStack'])
    checkFlag(`${at} dualStack`, options.dualStack, 'write dualStack: true to be reached over IPv6 too')
    return new Endpoint({ kind: 'regional', dualStack: options.dualStack ?? false })
  }

  /** From VPCs alone, through these endpoints. Their names in DNS are the API's own where private DNS is on, as it is by default. */
  static private(options: PrivateEndpointOptions): Endpoint {
    const at = 'Endpoint.private'
    checkOptions(at, options, ['vpcEndpoints'])
    const given: unknown = options.vpcEndpoints
    const fix = 'for example Endpoint.private({ vpcEndpoints: [vpc.addInterfaceEndpoint(…)] })'
    const allowed = 'a list of interface endpoints of execute-api, each once'
    const complain = (place: string, what: string): never => {
      throw new DeclarationError({ at: place, given: what, allowed, fix })
    }
    if (!Array.isArray(given) || given.length === 0) complain(`${at} vpcEndpoints`, describeValue(given))
    const vpcEndpoints = given as readonly IVpcEndpoint[]
    vpcEndpoints.forEach((endpoint, i) => {
      const what = strangeness(endpoint, vpcEndpoints.indexOf(endpoint) < i)
      if (what !== undefined) complain(`${at} vpcEndpoints[${i}]`, what)
    })
    return new Endpoint({ kind: 'private', vpcEndpoints: [...vpcEndpoints] })
  }

  readonly target: Target

  private constructor(target: Target) {
    this.target = target
  }

  /** As people say it. */
  toString(): string {
    if (this.target.kind === 'regional')
      return `regional, over IPv4${this.target.dualStack ? ' and IPv6' : ''}`
    const paths = this.target.vpcEndpoints.map(({ node }) => node.path).sort()
    return `private, through ${paths.join(' or ')}`
  }
}

/** What keeps it from being an endpoint of execute-api. Of an imported one nothing is known but its id. */
function strangeness(given: unknown, isAgain: boolean): string | undefined {
  const endpoint = given as IVpcEndpoint | null | undefined
  if (typeof endpoint?.vpcEndpointId !== 'string' || !endpoint.node) return describeValue(given)
  if (isAgain) return `${endpoint.node.path} twice`
  const { defaultChild: resource } = endpoint.node
  if (!isCfnVpcEndpoint(resource)) return undefined
  if (resource.vpcEndpointType === 'Gateway') return `the gateway endpoint ${endpoint.node.path}`
  const service = JSON.stringify(Stack.of(endpoint).resolve(resource.serviceName))
  return /\bexecute-api\b/.test(service) ? undefined : `${endpoint.node.path}, which is of another service`
}

/** By its type, not by its class: there may be a second copy of aws-cdk-lib. */
const isCfnVpcEndpoint = (given: unknown): given is CfnVPCEndpoint =>
  CfnResource.isCfnResource(given) && given.cfnResourceType === 'AWS::EC2::VPCEndpoint'
