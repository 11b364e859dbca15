import { Stack, Validations } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { HostedZone } from 'aws-cdk-lib/aws-route53'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Access, type DomainOptions, Endpoint, type ZeroTrustApi, type ZeroTrustApiProps } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { complaintOf, login, newApi, newApp, newStack, ok, synthesized } from './support.ts'

const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1'
const strict = { SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09', EndpointAccessMode: 'STRICT' }

function parts(stack: Stack = newStack()) {
  return {
    stack,
    certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn),
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
      hostedZoneId: 'Z1',
      zoneName: 'example.com',
    }),
    bucket: Bucket.fromBucketName(stack, 'Truststores', 'truststores'),
  }
}
const declare = (api: ZeroTrustApi) => api.addRoute('GET /a', { upstream: ok, access: Access.public() })
const acknowledge = (api: ZeroTrustApi) =>
  Validations.of(api).acknowledge({ id: 'Annotation::Sallyport-ClientCertificates', reason: 'a test' })
type Given = ReturnType<typeof parts>
function withDomain(
  domain: (given: Given) => Partial<DomainOptions>,
  more: ZeroTrustApiProps = {},
  build: (api: ZeroTrustApi) => unknown = declare,
) {
  const given = parts()
  const { certificate } = given
  return synthesized(
    api => {
      build(api)
      acknowledge(api)
    },
    { issuers: [login], ...more, domain: { name: 'api.example.com', certificate, ...domain(given) } },
    given.stack,
  )
}
const certificates = ({ bucket }: Given) => ({ clientCertificates: { bucket, key: 'ca.pem' } })

describe('a domain', () => {
  it('speaks TLS 1.3 only, as does its API, in the region, and refuses requests that come another way', () => {
    const { only } = withDomain(() => ({}))
    expect(only('AWS::ApiGateway::DomainName').Properties).toEqual({
      ...strict,
      DomainName: 'api.example.com',
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
    })
    expect(only('AWS::ApiGateway::RestApi').Properties).toMatchObject(strict)
  })

  it('leads to the one stage of the API, and nothing else does', () => {
    const { only, resources } = withDomain(() => ({}))
    const { RestApiId, Stage, DomainName, BasePath } = only('AWS::ApiGateway::BasePathMapping').Properties
    expect(resources[RestApiId.Ref]?.Type).toBe('AWS::ApiGateway::RestApi')
    expect(resources[Stage.Ref]?.Type).toBe('AWS::ApiGateway::Stage')
    expect(resources[DomainName.Ref]?.Type).toBe('AWS::ApiGateway::DomainName')
    expect(BasePath).toBeUndefined()
    expect(only('AWS::ApiGateway::RestApi').Properties.DisableExecuteApiEndpoint).toBe(true)
  })

  it('is the API’s URL, in code and in the output', () => {
    const urls: string[] = []
    const { template } = withDomain(
      () => ({}),
      {},
      api => {
        declare(api)
        urls.push(api.url)
      },
    )
    const outputs = Object.entries(template.toJSON().Outputs) as Array<[string, { Value: unknown }]>
    const [, endpoint] = outputs.find(([id]) => /Endpoint/.test(id)) ?? []
    expect([urls, endpoint?.Value]).toEqual([['https://api.example.com/'], 'https://api.example.com/'])
  })

  it('is pointed at the API by an alias in its hosted zone', () => {
    const { only } = withDomain(({ hostedZone }) => ({ hostedZone }))
    const name = { 'Fn::GetAtt': [expect.stringMatching(/^ApiDomainName/), 'RegionalDomainName'] }
    expect(only('AWS::Route53::RecordSet').Properties).toEqual({
      Name: 'api.example.com.',
      Type: 'A',
      HostedZoneId: 'Z1',
      AliasTarget: {
        DNSName: name,
        HostedZoneId: { 'Fn::GetAtt': [expect.anything(), 'RegionalHostedZoneId'] },
      },
    })
  })

  it('has one for IPv6 too, and is reached over it, where the endpoint is dual-stack; not otherwise', () => {
    const endpoint = Endpoint.regional({ dualStack: true })
    const { all, only } = withDomain(({ hostedZone }) => ({ hostedZone }), { endpoint })
    expect(
      all('AWS::Route53::RecordSet')
        .map(({ Properties }) => Properties.Type)
        .sort(),
    ).toEqual(['A', 'AAAA'])
    for (const type of ['DomainName', 'RestApi']) {
      expect(only(`AWS::ApiGateway::${type}`).Properties.EndpointConfiguration).toEqual({
        Types: ['REGIONAL'],
        IpAddressType: 'dualstack',
      })
    }
  })

  it('without a hosted zone is told where to point, and has no record', () => {
    const { all, template } = withDomain(() => ({}))
    expect(all('AWS::Route53::RecordSet')).toEqual([])
    const outputs = template.findOutputs('*', { Description: Match.stringLikeRegexp('api.example.com') })
    expect(Object.keys(outputs)).toEqual([expect.stringMatching(/^ApiDomainTarget/)])
  })

  it('is in the contract, so that a change of it shows in words', () => {
    expect(withDomain(() => ({})).template.toJSON().Metadata).toMatchObject({
      'Api domain': 'api.example.com, TLS 1.3',
    })
  })

  it('is not there where none is declared: the API answers under its own address', () => {
    const { all, only } = synthesized(declare)
    for (const type of ['DomainName', 'BasePathMapping']) expect(all(`AWS::ApiGateway::${type}`)).toEqual([])
    expect(only('AWS::ApiGateway::RestApi').Properties).not.toHaveProperty('DisableExecuteApiEndpoint')
  })
})

describe('client certificates', () => {
  it('are asked for by the domain, with TLS 1.2 accepted on domain and API, and cannot be gone around', () => {
    const { only } = withDomain(certificates)
    const [domain, api] = ['DomainName', 'RestApi'].map(type => only(`AWS::ApiGateway::${type}`).Properties)
    expect(domain.MutualTlsAuthentication).toEqual({ TruststoreUri: 's3://truststores/ca.pem' })
    for (const each of [domain, api]) {
      expect(each.SecurityPolicy).toBe('TLS_1_2')
      expect(each).not.toHaveProperty('EndpointAccessMode')
    }
    expect(api.DisableExecuteApiEndpoint).toBe(true)
  })

  it('are not asked for where none are declared', () => {
    const { only } = withDomain(() => ({}))
    expect(only('AWS::ApiGateway::DomainName').Properties).not.toHaveProperty('MutualTlsAuthentication')
  })

  it('are of the stated version of the truststore', () => {
    const { only } = withDomain(({ bucket }) => ({
      clientCertificates: { bucket, key: 'ca.pem', version: 'v7' },
    }))
    const { MutualTlsAuthentication } = only('AWS::ApiGateway::DomainName').Properties
    expect(MutualTlsAuthentication.TruststoreVersion).toBe('v7')
  })

  it('are said to let TLS 1.2 in: in the contract, and by a warning that can be acknowledged', () => {
    const { stack, certificate, bucket } = parts()
    const clientCertificates = { bucket, key: 'ca.pem' }
    const api = newApi({ domain: { name: 'api.example.com', certificate, clientCertificates } }, stack)
    declare(api)
    const warnings = () => Annotations.fromStack(stack).findWarning('/S/Api', Match.anyValue())
    expect(warnings().map(({ entry }) => entry.data)).toEqual([
      expect.stringContaining('TLS 1.2 as well as 1.3'),
    ])
    expect(Template.fromStack(stack).toJSON().Metadata).toMatchObject({
      'Api domain':
        'api.example.com, TLS 1.2 or 1.3: AWS has no TLS 1.3 alone together with client certificates',
      'Api client certificates': 'of authorities in ca.pem of S/Truststores',
    })
    acknowledge(api)
    expect(warnings()).toEqual([])
  })

  const rule = "certificate.subjectDN == 'CN=partner' && claims.cnf['x5t#S256'] == certificate.thumbprint"
  const guarded = (api: ZeroTrustApi) =>
    api.addRoute('GET /a', { upstream: ok, access: Access.token({ rule }) })

  it('can be spoken of in rules where they are asked for, and only there', () => {
    const { gate, authorizer } = withDomain(certificates, {}, guarded)
    expect(gate('Stubs').manifest.routes['GET /a']?.access).toMatchObject({ rule })
    expect(authorizer?.manifest.routes['GET /a']?.carried).toEqual(['cnf'])
    expect(complaintOf(() => guarded(newApi()))).toEqual({
      at: 'route "GET /a" of S/Api access.rule',
      given: `the client certificate, which this API asks no caller for, in ${rule}`,
      allowed: 'a condition in CEL over claims, path, query and source.ip',
      fix: "declare domain: { …, clientCertificates: { bucket, key: 'truststore.pem' } } on the API",
    })
    const { stack, certificate } = parts()
    const plain = newApi({ issuers: [login], domain: { name: 'api.example.com', certificate } }, stack)
    expect(complaintOf(() => guarded(plain)).given).toMatch(/asks no caller/)
  })

  it('are among what a misspelt rule is told it can speak of', () => {
    const { stack, certificate, bucket } = parts()
    const clientCertificates = { bucket, key: 'ca.pem' }
    const api = newApi(
      { issuers: [login], domain: { name: 'api.example.com', certificate, clientCertificates } },
      stack,
    )
    const access = Access.token({ rule: "certificate.subject == 'x'" })
    expect(complaintOf(() => api.addRoute('GET /a', { upstream: ok, access }))).toMatchObject({
      given: 'certificate has no "subject", in certificate.subject == \'x\'',
      allowed: 'a condition in CEL over claims, path, query, certificate and source.ip',
      fix: 'it can speak of claims.…, certificate.subjectDN, certificate.issuerDN, certificate.serialNumber, certificate.thumbprint, source.ip',
    })
  })
})

describe('a domain that cannot be', () => {
  const complaint = (domain: (given: Given) => unknown, stack?: Stack) => {
    const given = parts(stack)
    return complaintOf(() => newApi({ domain: domain(given) as DomainOptions }, given.stack))
  }
  const named = (name: unknown) => complaint(({ certificate }) => ({ name, certificate }))

  it.each([
    'API.example.com',
    '*.example.com',
    'api.example.com.',
    'localhost',
    'a_b.example.com',
    'a..b',
    '',
    7,
  ])('is refused by its name: %j', name => {
    expect(named(name).at).toBe('S/Api domain name')
  })

  it.each([
    [`${'a'.repeat(63)}.example.com`, `${'a'.repeat(64)}.example.com`],
    [`${`${'a'.repeat(49)}.`.repeat(5)}com`, `${`${'a'.repeat(49)}.`.repeat(5)}info`],
  ])('is accepted at exactly the longest name and label, and refused one letter later', (longest, longer) => {
    const { certificate, stack } = parts()
    expect(newApi({ domain: { name: longest, certificate } }, stack).url).toBe(`https://${longest}/`)
    expect(named(longer).allowed).toBe('a whole name in lower case, no wildcard and no trailing dot')
  })

  it('is refused in a zone that it is not in, where CDK would make a record of another name', () => {
    const outside = (name: string) =>
      complaint(({ certificate, hostedZone }) => ({ name, certificate, hostedZone }))
    expect(outside('api.example.org')).toEqual({
      at: 'S/Api domain hostedZone',
      given: 'the zone example.com',
      allowed: 'one that api.example.org is in',
      fix: 'hand in the zone of the name, or leave it out and point the name at the output DomainTarget',
    })
    expect(outside('api-example.com').given).toBe('the zone example.com')
  })

  it('is refused with a certificate of another region', () => {
    const stack = new Stack(newApp(), 'S', { env: { region: 'us-east-1', account: '123456789012' } })
    expect(complaint(({ certificate }) => ({ name: 'api.example.com', certificate }), stack)).toMatchObject({
      at: 'S/Api domain certificate',
      given: 'a certificate in eu-west-1',
      allowed: 'one in us-east-1, where the API is',
    })
  })

  it.each<[string, string, (given: Given) => unknown]>([
    ['S/Api domain', 'misspelt', ({ certificate }) => ({ name: 'a.b', certificate, zone: 1 })],
    ['S/Api domain', 'no object', () => 'api.example.com'],
    ['S/Api domain certificate', 'without a certificate', () => ({ name: 'a.b' })],
    ['S/Api domain certificate', 'with an ARN alone', () => ({ name: 'a.b', certificate: certificateArn })],
    [
      'S/Api domain hostedZone',
      'with a zone’s name alone',
      ({ certificate }) => ({ name: 'a.b', certificate, hostedZone: {} }),
    ],
    [
      'S/Api domain clientCertificates',
      'with a truststore of no kind',
      ({ certificate }) => ({ name: 'a.b', certificate, clientCertificates: { truststore: 's3://a/b' } }),
    ],
    [
      'S/Api domain clientCertificates bucket',
      'without a bucket',
      ({ certificate }) => ({ name: 'a.b', certificate, clientCertificates: { bucket: {}, key: 'k' } }),
    ],
    [
      'S/Api domain clientCertificates key',
      'without a key',
      ({ certificate, bucket }) => ({ name: 'a.b', certificate, clientCertificates: { bucket, key: '' } }),
    ],
    [
      'S/Api domain clientCertificates version',
      'with a blank version',
      ({ certificate, bucket }) => ({
        name: 'a.b',
        certificate,
        clientCertificates: { bucket, key: 'k', version: ' ' },
      }),
    ],
  ])('is refused at %s: %s', (at, _, domain) => {
    expect(complaint(domain).at).toBe(at)
  })
})
