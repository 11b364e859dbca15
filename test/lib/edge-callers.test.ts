import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Stack } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type IVpcEndpoint,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Access, Endpoint, type ZeroTrustApi, type ZeroTrustApiProps } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { complaintOf, newApi, newStack, ok, synthesized } from './support.ts'

const declare = (api: ZeroTrustApi) => api.addRoute('GET /a', { upstream: ok, access: Access.public() })
const apiOf = (props: ZeroTrustApiProps, stack?: Stack) => synthesized(declare, props, stack)
const policyOf = (given: ReturnType<typeof apiOf>) => given.only('AWS::ApiGateway::RestApi').Properties.Policy

const vpcOf = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a'],
    privateSubnetIds: ['subnet-1'],
    privateSubnetRouteTableIds: ['rtb-1'],
    vpcCidrBlock: '10.0.0.0/16',
  })
const created = (stack: Stack, service = InterfaceVpcEndpointAwsService.APIGATEWAY) =>
  vpcOf(stack).addInterfaceEndpoint('Way', { service })
const imported = (stack: Stack, id: string): IVpcEndpoint =>
  InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, { vpcEndpointId: id, port: 443 })

/** What every statement is about. */
const anyone = { Principal: { AWS: '*' }, Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }

describe('callers by address', () => {
  const callers = { addresses: ['203.0.113.0/24', '2001:db8::/32'] }

  it('are the only ones who are not denied, whatever an authorizer would say of others', () => {
    expect(policyOf(apiOf({ callers }))).toEqual({
      Version: '2012-10-17',
      Statement: [
        { ...anyone, Effect: 'Allow' },
        {
          ...anyone,
          Effect: 'Deny',
          Condition: { NotIpAddress: { 'aws:SourceIp': ['2001:db8::/32', '203.0.113.0/24'] } },
        },
      ],
    })
  })

  it('are everyone where none are declared: there is no policy', () => {
    expect(policyOf(apiOf({}))).toBeUndefined()
  })

  it('are in the contract, in one order, whatever theirs', () => {
    for (const addresses of [callers.addresses, [...callers.addresses].reverse()]) {
      expect(apiOf({ callers: { addresses } }).template.toJSON().Metadata).toMatchObject({
        'Api callers': 'from 2001:db8::/32 or 203.0.113.0/24',
      })
    }
  })

  it.each(['organization', 'organizationId', 'orgId', 'principalOrgId', 'accounts'])(
    'cannot be those of an %s, of whom API Gateway knows nothing without IAM',
    option => {
      const complaint = complaintOf(() => newApi({ callers: { [option]: 'o-1234567890' } as never }))
      expect(complaint).toEqual({
        at: 'S/Api callers',
        given: `"${option}", of which API Gateway knows only where callers sign with IAM (aws:PrincipalOrgID): here they come with tokens`,
        allowed: 'addresses',
        fix: 'for callers of one organisation make the API private: endpoint: Endpoint.private({ vpcEndpoints: [ … ] })',
      })
    },
  )

  it.each<[unknown, string]>([
    ['203.0.113.0/24', 'S/Api callers'],
    [{}, 'S/Api callers addresses'],
    [{ addresses: [] }, 'S/Api callers addresses'],
    [{ addresses: ['203.0.113.0/24', '203.0.113.0/24'] }, 'S/Api callers addresses'],
    [{ addresses: ['203.0.113.7'] }, 'S/Api callers addresses[0]'],
    [{ addresses: ['203.0.113.7/24'] }, 'S/Api callers addresses[0]'],
    [{ addresses: ['::/0'] }, 'S/Api callers addresses[0]'],
    [{ adresses: ['203.0.113.0/24'] }, 'S/Api callers'],
  ])('are refused as %j', (given, at) => {
    expect(complaintOf(() => newApi({ callers: given as never })).at).toBe(at)
  })

  it('are accepted up to the 8192 bytes of a resource policy, and refused beyond', () => {
    // 18 bytes each, with quotes and comma; the rest of the policy is the same for any number.
    const addresses = (count: number) =>
      Array.from({ length: count }, (_, i) => `10.${100 + Math.floor(i / 100)}.${100 + (i % 100)}.0/24`)
    const bytes = (count: number) =>
      JSON.stringify(policyOf(apiOf({ callers: { addresses: addresses(count) } }))).length
    const most = 10 + Math.floor((8192 - bytes(10)) / 18)
    expect(bytes(most)).toBeLessThanOrEqual(8192)
    expect(complaintOf(() => newApi({ callers: { addresses: addresses(most + 1) } }))).toMatchObject({
      at: 'S/Api callers',
      given: expect.stringMatching(/^a resource policy of 8(?:19[3-9]|2\d\d) bytes$/),
      allowed: "8192 bytes, API Gateway's quota",
    })
  })
})

describe('a private API', () => {
  const privately = (more: ZeroTrustApiProps = {}) => {
    const stack = newStack()
    const way = created(stack)
    return apiOf({ ...more, endpoint: Endpoint.private({ vpcEndpoints: [way] }) }, stack)
  }
  const id = { Ref: expect.stringMatching(/^VpcWay/) }

  it('is private, known by its name to these endpoints, over TLS 1.3 only', () => {
    expect(privately().only('AWS::ApiGateway::RestApi').Properties).toMatchObject({
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [id] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09',
      EndpointAccessMode: 'STRICT',
    })
  })

  it('denies what comes through no endpoint of its own', () => {
    expect(policyOf(privately()).Statement).toEqual([
      { ...anyone, Effect: 'Allow' },
      { ...anyone, Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpce': [id] } } },
    ])
  })

  it('denies by address too where that is declared, and reads the address in the VPC then', () => {
    expect(policyOf(privately({ callers: { addresses: ['10.0.1.0/24'] } })).Statement).toEqual([
      { ...anyone, Effect: 'Allow' },
      { ...anyone, Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpce': [id] } } },
      { ...anyone, Effect: 'Deny', Condition: { NotIpAddress: { 'aws:VpcSourceIp': ['10.0.1.0/24'] } } },
    ])
  })

  it('lets the VPC reach no API of another account, region or stage name through an endpoint of the app', () => {
    const { PolicyDocument } = privately({ stageName: 'inner' }).only('AWS::EC2::VPCEndpoint').Properties
    const [statement, ...others] = PolicyDocument.Statement
    expect(others).toEqual([])
    expect(statement).toMatchObject({
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Principal: { AWS: '*' },
    })
    expect(statement.Resource['Fn::Join'][1]).toEqual([
      'arn:',
      { Ref: 'AWS::Partition' },
      ':execute-api:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':*/inner/*',
    ])
  })

  it('narrows endpoints of a second copy of aws-cdk-lib as those of the first, and refuses its others', () => {
    const require = createRequire(import.meta.url)
    const path = join(dirname(require.resolve('aws-cdk-lib/aws-ec2')), 'lib/vpc-endpoint.js')
    const first = require.cache[path]
    delete require.cache[path]
    const second = require(path) as typeof import('aws-cdk-lib/aws-ec2')
    require.cache[path] = first
    expect(second.InterfaceVpcEndpoint).not.toBe(InterfaceVpcEndpoint)
    const stack = newStack()
    const vpc = vpcOf(stack)
    const way = new second.InterfaceVpcEndpoint(stack, 'Way', {
      vpc,
      service: InterfaceVpcEndpointAwsService.APIGATEWAY,
    })
    const given = apiOf({ endpoint: Endpoint.private({ vpcEndpoints: [way] }) }, stack)
    expect(given.only('AWS::EC2::VPCEndpoint').Properties.PolicyDocument.Statement).toHaveLength(1)
    const s3 = new second.GatewayVpcEndpoint(newStack(), 'S3', {
      vpc,
      service: GatewayVpcEndpointAwsService.S3,
    })
    expect(complaintOf(() => Endpoint.private({ vpcEndpoints: [s3] })).given).toBe(
      'the gateway endpoint S/S3',
    )
  })

  it('leaves endpoints that are not the app’s as they are', () => {
    const stack = newStack()
    const vpcEndpoints = [imported(stack, 'vpce-1'), imported(stack, 'vpce-2')]
    const given = apiOf({ endpoint: Endpoint.private({ vpcEndpoints }) }, stack)
    expect(given.all('AWS::EC2::VPCEndpoint')).toEqual([])
    expect(policyOf(given).Statement[1].Condition).toEqual({
      StringNotEquals: { 'aws:SourceVpce': ['vpce-1', 'vpce-2'] },
    })
    expect(given.template.toJSON().Metadata).toMatchObject({
      'Api endpoint': 'private, through S/vpce-1 or S/vpce-2',
    })
  })

  it('can share an endpoint with another stack, which neither has to come before the other', () => {
    const stack = newStack()
    const network = new Stack(stack.node.root as never, 'Network')
    const way = created(network)
    const given = apiOf({ endpoint: Endpoint.private({ vpcEndpoints: [way] }) }, stack)
    expect(policyOf(given).Statement[1].Condition.StringNotEquals['aws:SourceVpce']).toEqual([
      { 'Fn::ImportValue': expect.stringMatching(/^Network:/) },
    ])
  })

  it('has no domain here, which would be of another kind', () => {
    const stack = newStack()
    const certificate = Certificate.fromCertificateArn(stack, 'C', 'arn:aws:acm:eu-west-1:1:certificate/1')
    const endpoint = Endpoint.private({ vpcEndpoints: [imported(stack, 'vpce-1')] })
    const both = () => newApi({ endpoint, domain: { name: 'api.example.com', certificate } }, stack)
    expect(complaintOf(both)).toMatchObject({ at: 'S/Api domain', given: 'a domain of a private API' })
  })

  it.each<[string, string, (stack: Stack) => unknown]>([
    ['vpcEndpoints', 'an empty list', () => []],
    ['vpcEndpoints', 'a function', () => () => []],
    ['vpcEndpoints[0]', '"vpce-1"', () => ['vpce-1']],
    [
      'vpcEndpoints[1]',
      'S/vpce-1 twice',
      stack => {
        const way = imported(stack, 'vpce-1')
        return [way, way]
      },
    ],
    [
      'vpcEndpoints[0]',
      'S/Vpc/Way, which is of another service',
      stack => [created(stack, InterfaceVpcEndpointAwsService.SQS)],
    ],
    [
      'vpcEndpoints[0]',
      'the gateway endpoint S/Net/S3',
      stack => [new Vpc(stack, 'Net').addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 })],
    ],
  ])('is refused with %s: %s', (place, what, vpcEndpoints) => {
    const stack = newStack()
    expect(complaintOf(() => Endpoint.private({ vpcEndpoints: vpcEndpoints(stack) as never }))).toMatchObject(
      { at: `Endpoint.private ${place}`, given: what },
    )
  })
})

describe('an endpoint', () => {
  it.each<[string, () => unknown]>([
    ['S/Api endpoint', () => newApi({ endpoint: 'PRIVATE' as never })],
    ['Endpoint.regional', () => Endpoint.regional({ ipv6: true } as never)],
    ['Endpoint.regional dualStack', () => Endpoint.regional({ dualStack: 'yes' as never })],
    ['Endpoint.private', () => Endpoint.private({ vpcEndpointIds: ['vpce-1'] } as never)],
  ])('that cannot be is refused at %s', (at, build) => {
    expect(complaintOf(build).at).toBe(at)
  })

  it('is reached over IPv4 alone unless it is said to be dual-stack', () => {
    const configuration = (endpoint?: Endpoint) =>
      apiOf({ endpoint }).only('AWS::ApiGateway::RestApi').Properties.EndpointConfiguration
    expect(configuration()).toEqual({ Types: ['REGIONAL'] })
    expect(configuration(Endpoint.regional({ dualStack: true }))).toEqual({
      Types: ['REGIONAL'],
      IpAddressType: 'dualstack',
    })
  })
})

describe('the stage', () => {
  /** The deployment that the stage serves: a new id is a new deployment. */
  function deploymentOf(props: (stack: Stack) => ZeroTrustApiProps) {
    const stack = newStack()
    const { only, resources } = apiOf(props(stack), stack)
    const { Ref } = only('AWS::ApiGateway::Stage').Properties.DeploymentId
    expect(resources[Ref]?.Type).toBe('AWS::ApiGateway::Deployment')
    return Ref as string
  }
  const domain = (stack: Stack) => ({
    name: 'api.example.com',
    certificate: Certificate.fromCertificateArn(stack, 'C', 'arn:aws:acm:eu-west-1:1:certificate/1'),
  })

  it('is deployed anew by each change of policy, endpoint, TLS and domain, and not without one', () => {
    const ids = [
      () => ({}),
      () => ({ callers: { addresses: ['203.0.113.0/24'] } }),
      () => ({ callers: { addresses: ['203.0.113.0/25'] } }),
      () => ({ endpoint: Endpoint.regional({ dualStack: true }) }),
      (stack: Stack) => ({ endpoint: Endpoint.private({ vpcEndpoints: [imported(stack, 'vpce-1')] }) }),
      (stack: Stack) => ({ endpoint: Endpoint.private({ vpcEndpoints: [imported(stack, 'vpce-2')] }) }),
      (stack: Stack) => ({ domain: domain(stack) }),
      (stack: Stack) => ({
        domain: {
          ...domain(stack),
          clientCertificates: { bucket: Bucket.fromBucketName(stack, 'B', 'truststores'), key: 'ca.pem' },
        },
      }),
    ].map(deploymentOf)
    expect(new Set(ids).size).toBe(ids.length)
    expect(deploymentOf(() => ({ callers: { addresses: ['203.0.113.0/24'] } }))).toBe(ids[1])
  })
})
