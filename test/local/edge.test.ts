import { type Stack, Validations } from 'aws-cdk-lib'
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager'
import { InterfaceVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2'
import { HostedZone } from 'aws-cdk-lib/aws-route53'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Access, Endpoint, Issuer, ZeroTrustApi, type ZeroTrustApiProps } from 'sallyport'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { readApp } from '../../local/template/app.ts'
import { ok } from '../lib/support.ts'
import { type Assemblies, createAssemblies, idsOf, stackName } from './assemblies.ts'

let assemblies: Assemblies
beforeAll(() => {
  assemblies = createAssemblies()
})
afterAll(() => assemblies.remove())

const login = 'https://login.example.com'

const appWith = (props: (stack: Stack) => ZeroTrustApiProps, more = (_: ZeroTrustApi) => {}) =>
  assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [Issuer.oidc(login, { audience: 'https://api.example.com', algorithms: ['ES256'] })],
      ...props(stack),
    })
    Validations.of(api).acknowledge({ id: 'Annotation::Sallyport-ClientCertificates', reason: 'a test' })
    api.addRoute('GET /open', { upstream: ok, access: Access.public() })
    more(api)
  })

/** A domain with all that can belong to it, created by the app. */
function domainOf(stack: Stack) {
  const name = 'api.example.com'
  const hostedZone = new HostedZone(stack, 'Zone', { zoneName: 'example.com' })
  const validation = CertificateValidation.fromDns(hostedZone)
  return {
    name,
    hostedZone,
    certificate: new Certificate(stack, 'Certificate', { domainName: name, validation }),
    clientCertificates: { bucket: new Bucket(stack, 'Truststores'), key: 'ca.pem' },
  }
}

describe('the local cloud', () => {
  it('runs an API with a domain and callers, each taken to have shown one certificate of the run, and no other', async () => {
    const assembly = appWith(
      stack => ({
        domain: domainOf(stack),
        endpoint: Endpoint.regional({ dualStack: true }),
        callers: { addresses: ['203.0.113.0/24'] },
      }),
      api => {
        const of = (name: string) => Access.token({ rule: `certificate.subjectDN == '${name}'` })
        api.addRoute('GET /local', { upstream: ok, access: of('CN=Sallyport local server') })
        api.addRoute('GET /partner', { upstream: ok, access: of('CN=partner') })
      },
    )
    const cloud = await startCloud({ assembly })
    try {
      const token = await cloud.issuers.builtIn(login)?.mint({ subject: 'user-1' })
      const get = async (path: string) =>
        (await fetch(`${cloud.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
      expect(await Promise.all(['/open', '/local', '/partner'].map(get))).toEqual([200, 200, 403])
    } finally {
      await cloud.close()
    }
  })

  it('reads a private API in a VPC of the app', () => {
    const assembly = appWith(stack => {
      const vpc = new Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false })
      const way = vpc.addInterfaceEndpoint('Way', { service: InterfaceVpcEndpointAwsService.APIGATEWAY })
      return { endpoint: Endpoint.private({ vpcEndpoints: [way] }) }
    })
    expect(readApp(assembly).api.stage).toBe('live')
  })

  it('still refuses what it does not know of a domain', () => {
    const known = appWith(stack => ({ domain: domainOf(stack) }))
    const patched = assemblies.patch(known, stackName, template => {
      const [id = ''] = idsOf(template, 'AWS::ApiGateway::DomainName')
      Object.assign(template.Resources[id]?.Properties ?? {}, { RoutingMode: 'ROUTING_RULE_ONLY' })
    })
    expect(() => readApp(patched)).toThrow(/property RoutingMode of AWS::ApiGateway::DomainName/)
  })
})
