import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { InterfaceVpcEndpoint, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Code, CodeSigningConfig, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { HostedZone } from 'aws-cdk-lib/aws-route53'
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import {
  Access,
  AuditTrail,
  ClientCertificate,
  Endpoint,
  GatewayState,
  Issuer,
  Limit,
  Output,
  Upstream,
  WebFirewall,
  ZeroTrustApi,
} from 'sallyport'

// What the example does not use. Names begin as docs/deployer-policy.json has them; the two keys are made here to be let go again.
const app = new App()
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`
const removalPolicy = RemovalPolicy.DESTROY

const kept = new Stack(app, 'DealDeskKept')
const encryptionKey = new Key(kept, 'Key', { enableKeyRotation: true, removalPolicy })
const state = new GatewayState(kept, 'State', { encryptionKey, removalPolicy })

const audit = new AuditTrail(kept, 'Trail', {
  retention: ObjectLockRetention.compliance(Duration.days(365)),
  archiveAfter: Duration.days(30),
  expireAfter: Duration.days(2 * 365),
  encryptionKey,
  removalPolicy,
})

const stack = new Stack(app, 'DealDeskFeatures')
const issuers = [
  Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] }),
]
const api = new ZeroTrustApi(stack, 'Whole', {
  issuers,
  state,
  audit,
  encryptionKey,
  logRemovalPolicy: removalPolicy,
  authorizerReservedConcurrency: 10,
  codeSigning: CodeSigningConfig.fromCodeSigningConfigArn(
    stack,
    'Signing',
    arn('lambda', 'code-signing-config:csc-0123456789abcdef0'),
  ),
  domain: {
    name: 'api.example.com',
    certificate: Certificate.fromCertificateArn(stack, 'Certificate', arn('acm', 'certificate/0')),
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
      hostedZoneId: app.node.getContext('zone'),
      zoneName: 'example.com',
    }),
  },
  callers: { addresses: ['203.0.113.0/24'] },
  cors: { origins: ['https://app.example.com', 'https://admin.example.com'] },
  limits: { user: Limit.perMinute(60), service: Limit.perSecond(500) },
})
const code = Code.fromAsset('dist/functions/gate')
const runtime = Runtime.NODEJS_24_X
const own = (id: string) =>
  new LambdaFunction(stack, id, {
    code,
    runtime,
    handler: 'index.handler',
    timeout: Duration.seconds(5),
    logGroup: new LogGroup(stack, `${id}Logs`, { removalPolicy }),
  })
const access = Access.token({ scopes: ['orders:read'] })
const output = { 204: Output.empty() }

api.addRoute('GET /orders', {
  upstream: api.addUpstream('Orders', Upstream.direct(own('Direct'))),
  limits: { route: Limit.perSecond(50) },
  access,
  output,
})
api.addRoute('GET /bills', {
  upstream: api.addUpstream('Bills', Upstream.lambda(own('Behind'), { reservedConcurrency: 5 })),
  access,
  output,
})
const [one = '', two = ''] = String(app.node.getContext('subnets')).split(',')
const vpc = Vpc.fromVpcAttributes(stack, 'Network', {
  vpcId: app.node.getContext('vpc'),
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: [one, two],
})
api.addRoute('GET /people', {
  upstream: api.addUpstream(
    'People',
    Upstream.http('https://people.internal.example.com', {
      network: 'private',
      vpc: { vpc },
      clientCertificate: ClientCertificate.fromSecret(Secret.fromSecretNameV2(stack, 'Shown', 'people/gate')),
    }),
  ),
  access,
  output,
})
new WebFirewall(stack, 'Firewall', { mode: 'block', encryptionKey, logRemovalPolicy: removalPolicy }).protect(
  api,
)

const partners = new ZeroTrustApi(stack, 'Partners', {
  logRemovalPolicy: removalPolicy,
  domain: {
    name: 'partners.example.com',
    certificate: Certificate.fromCertificateArn(stack, 'OfPartners', arn('acm', 'certificate/1')),
    clientCertificates: {
      bucket: Bucket.fromBucketName(stack, 'Truststores', 'truststores'),
      key: 'partners.pem',
    },
  },
})
const inner = new ZeroTrustApi(stack, 'Inner', {
  logRemovalPolicy: removalPolicy,
  endpoint: Endpoint.private({
    vpcEndpoints: [
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Way', {
        vpcEndpointId: 'vpce-0123456789abcdef0',
        port: 443,
      }),
    ],
  }),
})
for (const one of [partners, inner])
  one.addRoute('GET /health', {
    upstream: Upstream.stub(200, { status: 'ok' }),
    access: Access.public(),
  })

// So many that the document is no part of the template any more, and within 300 resources of API Gateway.
const env = { account: '123456789012', region: 'eu-west-1' }
const large = new ZeroTrustApi(new Stack(app, 'DealDeskLarge', { env }), 'Api', {
  logRemovalPolicy: removalPolicy,
})
for (let place = 0; place < 130; place++)
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    large.addRoute(`${method} /a-collection-of-its-own-${place}`, {
      upstream: Upstream.stub(200, { status: 'ok' }),
      access: Access.public(),
    })

app.synth()
