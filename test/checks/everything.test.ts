import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, Duration, Stack, Validations } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { InterfaceVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import {
  Access,
  AuditTrail,
  Endpoint,
  GatewayState,
  Limit,
  Upstream,
  WebFirewall,
  ZeroTrustApi,
  type ZeroTrustApiProps,
} from 'sallyport'
import { ZeroTrustChecks } from 'sallyport/checks'
import { expect, test } from 'vitest'
import { anyOutput, login, newApp } from '../lib/support.ts'

interface Report {
  readonly pluginReports: ReadonlyArray<{
    readonly pluginName: string
    readonly violations: ReadonlyArray<{ readonly ruleName: string; readonly description: string }>
  }>
}

// CDK's own warnings have a report, too.
const checkers = ['ZeroTrust', 'AwsSolutions', 'Serverless']

/** Findings of all three that nobody acknowledged, in an API with these options beside what every app can have. */
function found(props: (stack: Stack, app: App) => ZeroTrustApiProps): string[] {
  const app = newApp()
  Validations.of(app).addPlugins(
    new ZeroTrustChecks(),
    new AwsSolutionsChecks(app),
    new ServerlessChecks(app),
  )
  const kept = new Stack(app, 'Kept')
  const encryptionKey = new Key(kept, 'Key', { enableKeyRotation: true })
  const stack = new Stack(app, 'S')
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [login],
    limits: { service: Limit.perSecond(100) },
    state: new GatewayState(kept, 'State', { encryptionKey }),
    audit: new AuditTrail(kept, 'Trail', {
      retention: ObjectLockRetention.compliance(Duration.days(365)),
      encryptionKey,
    }),
    encryptionKey,
    cors: { origins: ['https://app.example.com'] },
    ...props(stack, app),
  })
  api.addRoute('GET /health', { upstream: Upstream.stub(200, {}), access: Access.public() })
  api.addRoute('GET /deals', {
    upstream: Upstream.http('https://crm.example.com', { reservedConcurrency: 5 }),
    access: Access.token(),
    output: anyOutput,
  })
  const rate = { requests: 2000, per: Duration.minutes(5) }
  new WebFirewall(new Stack(app, 'F'), 'Firewall', {
    mode: 'block',
    rate,
    unsafeWithout: { bodySize: 'a test of something else' },
  }).protect(api)
  try {
    app.synth()
  } catch {
    // What it says is in the report.
  }
  const report: Report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'))
  return report.pluginReports
    .filter(({ pluginName }) => checkers.includes(pluginName))
    .flatMap(({ violations }) => violations.map(({ ruleName, description }) => `${ruleName} ${description}`))
}

const certificate = (stack: Stack) =>
  Certificate.fromCertificateArn(stack, 'C', 'arn:aws:acm:eu-west-1:1:certificate/c')

test('a domain with TLS 1.3, keys, a firewall and a limit: nothing is left to acknowledge', () => {
  expect(found(stack => ({ domain: { name: 'api.example.com', certificate: certificate(stack) } }))).toEqual(
    [],
  )
})

test('client certificates in place of TLS 1.3 alone keep the rules, too', () => {
  const clientCertificates = (stack: Stack) => ({
    bucket: Bucket.fromBucketName(stack, 'B', 'trust'),
    key: 'ca.pem',
  })
  const declared = (stack: Stack) => ({
    domain: {
      name: 'api.example.com',
      certificate: certificate(stack),
      clientCertificates: clientCertificates(stack),
    },
  })
  expect(found(declared)).toEqual([])
})

test('a private API keeps them behind endpoints that the app creates', () => {
  const vpc = (stack: Stack) =>
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-1'],
      vpcCidrBlock: '10.0.0.0/16',
    })
  const declared = (stack: Stack) => ({
    endpoint: Endpoint.private({
      vpcEndpoints: [
        vpc(stack).addInterfaceEndpoint('Way', { service: InterfaceVpcEndpointAwsService.APIGATEWAY }),
      ],
    }),
  })
  expect(found(declared)).toEqual([])
})
