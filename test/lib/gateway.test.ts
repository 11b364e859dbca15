import { Duration } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Access, Upstream } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { anyOutput, login, ok, synthesized } from './support.ts'

describe('the REST API', () => {
  it('has exactly the declared operations', () => {
    const { body } = synthesized(api => {
      api.addRoute('GET /deals', { upstream: ok, access: Access.token() })
      api.addRoute('POST /deals', { upstream: ok, access: Access.token() })
      api.addRoute('DELETE /deals/{dealId}', {
        upstream: ok,
        access: Access.token(),
        input: { path: { dealId: { type: 'string' } } },
      })
      api.addRoute('GET /', { upstream: ok, access: Access.public() })
    })
    const operations = Object.entries(body.paths).map(([path, item]) => [path, Object.keys(item as object)])
    expect(Object.fromEntries(operations)).toEqual({
      '/': ['get'],
      '/deals': ['get', 'post'],
      '/deals/{dealId}': ['delete'],
    })
  })

  it('is declared by one document, without methods or resources beside it', () => {
    const { all } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.token() }))
    for (const type of ['Method', 'Resource', 'Authorizer', 'GatewayResponse', 'Model', 'RequestValidator']) {
      expect(all(`AWS::ApiGateway::${type}`)).toEqual([])
    }
  })

  it('is Regional, speaks TLS 1.3 only, and refuses requests that come another way', () => {
    const { only } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }))
    expect(only('AWS::ApiGateway::RestApi').Properties).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09',
      EndpointAccessMode: 'STRICT',
    })
  })

  it('hands every operation to its own gate by proxy, waiting longer than the gate does for the upstream', () => {
    const { body, gate } = synthesized(api => {
      const crm = api.addUpstream(
        'Crm',
        Upstream.http('https://crm.example.com', { timeout: Duration.millis(2500) }),
      )
      api.addRoute('GET /a', { upstream: crm, output: anyOutput, access: Access.public() })
      api.addRoute('GET /b', { upstream: ok, access: Access.public() })
    })
    const integration = body.paths['/a'].get['x-amazon-apigateway-integration']
    expect(integration).toMatchObject({
      type: 'aws_proxy',
      httpMethod: 'POST',
      timeoutInMillis: 6000,
    })
    expect(JSON.stringify(integration.uri)).toContain(`${gate('Crm').logicalId}.Arn`)
    expect(gate('Crm').resource.Properties.Timeout).toBe(6)
    expect(JSON.stringify(body.paths['/b'].get)).toContain(`${gate('Stubs').logicalId}.Arn`)
  })

  it('never waits longer than the 29 s API Gateway itself does', () => {
    const { body } = synthesized(api =>
      api.addRoute('GET /a', {
        upstream: Upstream.http('https://slow.example.com', { timeout: Duration.seconds(25) }),
        output: anyOutput,
        access: Access.public(),
      }),
    )
    expect(body.paths['/a'].get['x-amazon-apigateway-integration'].timeoutInMillis).toBeLessThanOrEqual(
      29_000,
    )
  })
})

describe('the authorizer', () => {
  const scheme = (document: { components: { securitySchemes: Record<string, unknown> } }) =>
    document.components.securitySchemes.token as Record<string, Record<string, unknown>>

  it('is asked for token, method and resource, so that one route’s answer cannot serve another', () => {
    const { body } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.token() }))
    expect(scheme(body)['x-amazon-apigateway-authorizer']).toMatchObject({
      type: 'request',
      identitySource: 'method.request.header.Authorization, context.httpMethod, context.resourcePath',
      authorizerResultTtlInSeconds: 60,
    })
  })

  it.each([0, 3600])('is cached for %i s when that is declared', seconds => {
    const { body } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.token() }), {
      issuers: [login],
      authorizerCacheTtl: Duration.seconds(seconds),
    })
    expect(scheme(body)['x-amazon-apigateway-authorizer']?.authorizerResultTtlInSeconds).toBe(seconds)
  })

  it('stands before every route with Access.token, and before no public one', () => {
    const { body } = synthesized(api => {
      api.addRoute('GET /guarded', { upstream: ok, access: Access.token() })
      api.addRoute('GET /open', { upstream: ok, access: Access.public() })
    })
    expect(body.paths['/guarded'].get.security).toEqual([{ token: [] }])
    expect(body.paths['/open'].get.security).toEqual([])
    expect(scheme(body)).toMatchObject({
      'x-amazon-apigateway-authtype': 'custom',
      in: 'header',
      name: 'Authorization',
    })
  })

  it('does not exist on an API without issuers', () => {
    const { body, functions } = synthesized(
      api => api.addRoute('GET /open', { upstream: ok, access: Access.public() }),
      {},
    )
    expect(body.components).toBeUndefined()
    expect(functions.map(fn => fn.manifest.format)).toEqual(['sallyport/gate@1'])
  })
})

describe('the stage', () => {
  it('counts, and never logs whole requests', () => {
    const { only } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }))
    expect(only('AWS::ApiGateway::Stage').Properties).toMatchObject({
      StageName: 'live',
      MethodSettings: [
        { DataTraceEnabled: false, HttpMethod: '*', MetricsEnabled: true, ResourcePath: '/*' },
      ],
    })
  })

  it('logs who was refused, why and how long each part took, under an id that no client can choose', () => {
    const { only } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }))
    const format = JSON.parse(only('AWS::ApiGateway::Stage').Properties.AccessLogSetting.Format)
    expect(format).toMatchObject({
      requestId: '$context.extendedRequestId',
      reason: '$context.authorizer.reason',
      tlsVersion: '$context.tlsVersion',
      cipherSuite: '$context.cipherSuite',
      domainName: '$context.domainName',
      certificateSerialNumber: '$context.identity.clientCert.serialNumber',
      wafStatus: '$context.waf.status',
      wafResponseCode: '$context.wafResponseCode',
      authorizerLatencyMs: '$context.authorizer.latency',
      integrationLatencyMs: '$context.integration.latency',
    })
  })

  it('logs no token, header, query, path as sent, name of a token or a certificate, or caller-chosen id', () => {
    const { only } = synthesized(api => api.addRoute('GET /a', { upstream: ok, access: Access.public() }))
    const { Format } = only('AWS::ApiGateway::Stage').Properties.AccessLogSetting
    const known = new Set([
      ...[
        'extendedRequestId',
        'requestTimeEpoch',
        'httpMethod',
        'resourcePath',
        'status',
        'error.responseType',
      ],
      ...['authorizer.reason', 'authorizer.latency', 'authorizer.status', 'identity.sourceIp', 'tlsVersion'],
      ...['domainName', 'cipherSuite', 'waf.status', 'wafResponseCode'],
      'identity.clientCert.serialNumber',
      ...['responseLength', 'responseLatency', 'integration.latency', 'integration.status'],
    ])
    const variables = [...String(Format).matchAll(/\$([A-Za-z.]+)/g)].map(match => String(match[1]))
    expect(variables.filter(name => !known.has(name.replace(/^context\./, '')))).toEqual([])
  })

  it('keeps its log, and those of all functions, for three months or as long as declared', () => {
    const declare = (api: Parameters<Parameters<typeof synthesized>[0]>[0]) =>
      api.addRoute('GET /a', { upstream: ok, access: Access.token() })
    const days = (props?: Parameters<typeof synthesized>[1]) =>
      synthesized(declare, props)
        .all('AWS::Logs::LogGroup')
        .map(group => group.Properties.RetentionInDays)
    expect(days()).toEqual([90, 90, 90])
    expect(days({ issuers: [login], logRetention: RetentionDays.ONE_YEAR })).toEqual([365, 365, 365])
  })
})
