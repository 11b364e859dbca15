import { type Cases, resource, sub } from '../support.ts'

const parameter = { Parameters: { P: { Type: 'String', Default: 'NONE' } } }
const ref = (id: string) => ({ Ref: id })
const lambda = { 'x-amazon-apigateway-integration': { type: 'aws_proxy' } }
const mock = { 'x-amazon-apigateway-integration': { type: 'MOCK' } }
const authorizer = {
  type: 'request',
  identitySource: 'method.request.header.Authorization, context.httpMethod, context.resourcePath',
  authorizerResultTtlInSeconds: 60,
}
const document = (
  paths: object,
  schemes: object = { token: { 'x-amazon-apigateway-authorizer': authorizer } },
) => ({
  openapi: '3.0.1',
  paths,
  components: { securitySchemes: schemes },
})
const guarded = { ...lambda, security: [{ token: [] }] }
const rest = (properties: Readonly<Record<string, unknown>>) => ({
  A: resource('ApiGateway::RestApi', properties),
})
const body = (paths: object, schemes?: object) => rest({ Body: document(paths, schemes) })
const method = (properties: object) => ({
  M: resource('ApiGateway::Method', { HttpMethod: 'GET', ...properties }),
})
const key = { key: { type: 'apiKey', in: 'header', name: 'x-api-key' } }

export const apiAccess: Cases = {
  passes: [
    {
      of: 'a method with an authorizer',
      resources: method({ AuthorizationType: 'CUSTOM', AuthorizerId: 'x' }),
    },
    { of: 'a method with IAM', resources: method({ AuthorizationType: 'AWS_IAM' }) },
    {
      of: 'a preflight that is answered by API Gateway itself',
      resources: method({ HttpMethod: 'OPTIONS', AuthorizationType: 'NONE', Integration: { Type: 'MOCK' } }),
    },
    { of: 'an operation with an authorizer', resources: body({ '/a': { get: guarded } }) },
    {
      of: 'an operation with IAM',
      resources: body({ '/a': { get: { 'x-amazon-apigateway-auth': { type: 'aws_iam' } } } }),
    },
    {
      of: 'an operation with signatures',
      resources: body({ '/a': { get: guarded } }, { token: { 'x-amazon-apigateway-authtype': 'awsSigv4' } }),
    },
    {
      of: 'an operation that asks for an API key as well',
      resources: body(
        { '/a': { get: { security: [{ key: [], token: [] }] } } },
        { ...key, token: { 'x-amazon-apigateway-authorizer': authorizer } },
      ),
    },
    {
      of: 'a preflight in a document',
      resources: body({ '/a': { options: mock, parameters: [], 'x-more': 1 } }),
    },
    {
      of: 'a document in an asset',
      resources: rest({ BodyS3Location: { Bucket: 'b', Key: 'k.json' } }),
      assets: { 'k.json': document({ '/a': { get: guarded } }) },
    },
    {
      of: 'a document that is included',
      resources: rest({
        Body: { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://b/k.json' } } },
      }),
      assets: { 'k.json': document({ '/a': { get: guarded } }) },
    },
    { of: 'an API whose methods are resources', resources: rest({ Name: 'A' }) },
    {
      of: 'a route with a JWT authorizer',
      resources: {
        R: resource('ApiGatewayV2::Route', {
          RouteKey: 'GET /a',
          AuthorizationType: 'JWT',
          AuthorizerId: 'x',
          ApiId: ref('A'),
        }),
        A: resource('ApiGatewayV2::Api', { ProtocolType: 'HTTP' }),
      },
    },
    {
      of: 'a message over a connection',
      resources: {
        R: resource('ApiGatewayV2::Route', { RouteKey: 'send', ApiId: ref('A') }),
        C: resource('ApiGatewayV2::Route', {
          RouteKey: '$connect',
          ApiId: ref('A'),
          AuthorizationType: 'AWS_IAM',
        }),
        A: resource('ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }),
      },
    },
  ],
  breaks: [
    { of: 'a method that says nothing', resources: method({}) },
    { of: 'a method that is open', resources: method({ AuthorizationType: 'NONE' }) },
    {
      of: 'a method with an API key alone',
      resources: method({ AuthorizationType: 'NONE', ApiKeyRequired: true }),
    },
    { of: 'an authorizer that is not named', resources: method({ AuthorizationType: 'CUSTOM' }) },
    {
      of: 'OPTIONS before a function',
      resources: method({ HttpMethod: 'OPTIONS', Integration: { Type: 'AWS_PROXY' } }),
    },
    {
      of: 'another method that is mocked',
      resources: method({ HttpMethod: 'POST', Integration: { Type: 'MOCK' } }),
    },
    {
      of: 'operations without security, each by itself',
      resources: body({
        '/a': { get: lambda, post: guarded },
        '/b/{id}': { 'x-amazon-apigateway-any-method': { security: [] } },
      }),
      findings: ['ZT-API-ACCESS[GET /a]', 'ZT-API-ACCESS[ANY /b/{id}]'],
    },
    {
      of: 'an operation with nothing as an alternative',
      resources: body({ '/a': { get: { security: [{ token: [] }, {}] } } }),
      findings: ['ZT-API-ACCESS[GET /a]'],
    },
    {
      of: 'an operation with an API key alone',
      resources: body({ '/a': { get: { security: [{ key: [] }] } } }, key),
      findings: ['ZT-API-ACCESS[GET /a]'],
    },
    {
      of: 'a preflight that goes to a function',
      resources: body({ '/a': { options: lambda } }),
      findings: ['ZT-API-ACCESS[OPTIONS /a]'],
    },
    {
      of: 'an open operation in an asset',
      resources: rest({ BodyS3Location: { Bucket: 'b', Key: 'k.json' } }),
      assets: { 'k.json': document({ '/a': { get: lambda } }) },
      findings: ['ZT-API-ACCESS[GET /a]'],
    },
    {
      of: 'a definition of OpenAPI 2',
      resources: rest({
        Body: {
          swagger: '2.0',
          paths: { '/a': { get: { security: [{ none: [] }] } } },
          securityDefinitions: { none: { type: 'basic' } },
        },
      }),
      findings: ['ZT-API-ACCESS[GET /a]'],
    },
    {
      of: 'an open route',
      resources: {
        R: resource('ApiGatewayV2::Route', {
          RouteKey: 'GET /a',
          AuthorizationType: 'NONE',
          ApiId: ref('A'),
        }),
        A: resource('ApiGatewayV2::Api', { ProtocolType: 'HTTP' }),
      },
    },
    {
      of: 'a connection that asks nobody',
      resources: {
        R: resource('ApiGatewayV2::Route', { RouteKey: '$connect', ApiId: ref('A') }),
        A: resource('ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }),
      },
    },
    {
      of: 'an API with one target for all',
      resources: { A: resource('ApiGatewayV2::Api', { ProtocolType: 'HTTP', Target: 'arn' }) },
      findings: ['ZT-API-ACCESS[ANY $default]'],
    },
  ],
  unknown: [
    {
      of: 'a method whose access is a parameter',
      resources: method({ AuthorizationType: ref('P') }),
      sections: parameter,
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
    {
      of: 'a method whose access hangs on a condition',
      resources: method({ AuthorizationType: { 'Fn::If': ['C', 'AWS_IAM', 'NONE'] } }),
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
    {
      of: 'a kind of access that is new',
      resources: method({ AuthorizationType: 'TRUST_ME' }),
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
    {
      of: 'a document that is not at hand',
      resources: rest({ BodyS3Location: { Bucket: 'b', Key: 'k.json' } }),
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
    { of: 'the copy of an API', resources: rest({ CloneFrom: 'x' }), findings: ['ZT-API-ACCESS[unjudged]'] },
    {
      of: 'paths that refer elsewhere, beside one that is open',
      resources: body({ '/a': { $ref: 'x.json' }, '/b': { get: lambda } }),
      findings: ['ZT-API-ACCESS[unjudged $REF /a]', 'ZT-API-ACCESS[GET /b]'],
    },
    {
      of: 'security of the document as a whole',
      resources: rest({ Body: { ...document({ '/a': { get: lambda } }), security: [{ token: [] }] } }),
      findings: ['ZT-API-ACCESS[unjudged GET /a]'],
    },
    {
      of: 'a scheme that is not there',
      resources: body({ '/a': { get: { security: [{ ghost: [] }] } } }),
      findings: ['ZT-API-ACCESS[unjudged GET /a]'],
    },
    {
      of: 'a document made by a macro',
      resources: rest({ Body: { 'Fn::Transform': { Name: 'Mine' } } }),
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
  ],
}

const restAuthorizer = (properties: Readonly<Record<string, unknown>>) => ({
  Z: resource('ApiGateway::Authorizer', properties),
})
const keyed = 'method.request.header.Authorization,context.httpMethod,context.resourcePath'

export const authorizerCache: Cases = {
  passes: [
    {
      of: 'a cache keyed by method and resource',
      resources: restAuthorizer({
        Type: 'REQUEST',
        IdentitySource: keyed,
        AuthorizerResultTtlInSeconds: 300,
      }),
    },
    {
      of: 'no cache',
      resources: restAuthorizer({
        Type: 'TOKEN',
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerResultTtlInSeconds: 0,
      }),
    },
    { of: 'a user pool', resources: restAuthorizer({ Type: 'COGNITO_USER_POOLS' }) },
    { of: 'one in a document', resources: body({}) },
    {
      of: 'one of an HTTP API',
      resources: {
        Z: resource('ApiGatewayV2::Authorizer', {
          AuthorizerType: 'REQUEST',
          IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
        }),
      },
    },
    {
      of: 'one for JWTs',
      resources: {
        Z: resource('ApiGatewayV2::Authorizer', {
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
        }),
      },
    },
  ],
  breaks: [
    {
      of: 'a token’s authorizer with a cache of one second',
      resources: restAuthorizer({ Type: 'TOKEN', IdentitySource: keyed, AuthorizerResultTtlInSeconds: 1 }),
    },
    {
      of: 'the cache that nobody turned off',
      resources: restAuthorizer({ Type: 'REQUEST', IdentitySource: 'method.request.header.Authorization' }),
    },
    {
      of: 'a key without the resource',
      resources: restAuthorizer({
        Type: 'REQUEST',
        IdentitySource: 'method.request.header.Authorization,context.httpMethod',
      }),
    },
    {
      of: 'a key without the method',
      resources: restAuthorizer({ Type: 'REQUEST', IdentitySource: 'context.resourcePath' }),
    },
    {
      of: 'a header that is called as the method',
      resources: restAuthorizer({
        Type: 'REQUEST',
        IdentitySource: 'method.request.header.context.httpMethod,context.resourcePath',
      }),
    },
    {
      of: 'one in a document, by its name',
      resources: body({}, { token: { 'x-amazon-apigateway-authorizer': { ...authorizer, type: 'token' } } }),
      findings: ['ZT-AUTHORIZER-CACHE[token]'],
    },
    {
      of: 'one of an HTTP API',
      resources: {
        Z: resource('ApiGatewayV2::Authorizer', {
          AuthorizerType: 'REQUEST',
          IdentitySource: ['$request.header.Authorization'],
          AuthorizerResultTtlInSeconds: 5,
        }),
      },
    },
  ],
  unknown: [
    {
      of: 'a time that is a parameter',
      resources: restAuthorizer({ Type: 'TOKEN', AuthorizerResultTtlInSeconds: ref('P') }),
      sections: parameter,
      findings: ['ZT-AUTHORIZER-CACHE[unjudged]'],
    },
    {
      of: 'a time that is no number',
      resources: restAuthorizer({ Type: 'TOKEN', AuthorizerResultTtlInSeconds: '' }),
      findings: ['ZT-AUTHORIZER-CACHE[unjudged]'],
    },
  ],
}

const mutual = { SecurityPolicy: 'TLS_1_2', MutualTlsAuthentication: { TruststoreUri: 's3://b/t.pem' } }
const mapped = (domain: Readonly<Record<string, unknown>>, api: Readonly<Record<string, unknown>>) => ({
  A: resource('ApiGateway::RestApi', { ...api }),
  D: resource('ApiGateway::DomainName', { ...domain }),
  M: resource('ApiGateway::BasePathMapping', { DomainName: ref('D'), RestApiId: ref('A') }),
})

export const apiTls: Cases = {
  passes: [
    { of: 'TLS 1.3 at an API', resources: rest({ SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' }) },
    {
      of: 'TLS 1.3 as FIPS has it',
      resources: rest({ SecurityPolicy: 'SecurityPolicy_TLS13_1_3_FIPS_2025_09' }),
    },
    {
      of: 'client certificates, and no other way in',
      resources: mapped(mutual, { SecurityPolicy: 'TLS_1_2', DisableExecuteApiEndpoint: true }),
    },
    {
      of: 'client certificates at a domain name of an HTTP API',
      resources: {
        D: resource('ApiGatewayV2::DomainName', {
          DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_2' }],
          MutualTlsAuthentication: { TruststoreUri: 's3://b/t' },
        }),
      },
    },
    {
      of: 'an HTTP API behind them alone',
      resources: {
        A: resource('ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true }),
        D: resource('ApiGatewayV2::DomainName', {
          DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_2' }],
          MutualTlsAuthentication: { TruststoreUri: 's3://b/t' },
        }),
        M: resource('ApiGatewayV2::ApiMapping', { ApiId: ref('A'), DomainName: ref('D') }),
      },
    },
  ],
  breaks: [
    { of: 'the default', resources: rest({}) },
    { of: 'TLS 1.2', resources: rest({ SecurityPolicy: 'TLS_1_2' }) },
    ...Object.entries({
      'a routing rule': resource('ApiGatewayV2::RoutingRule', {
        DomainNameArn: { 'Fn::GetAtt': ['Open', 'DomainNameArn'] },
        Actions: [{ InvokeApi: { ApiId: ref('A'), Stage: 'live' } }],
      }),
      'a mapping by its ARN': resource('ApiGateway::BasePathMappingV2', {
        DomainNameArn: { 'Fn::GetAtt': ['Open', 'DomainNameArn'] },
        RestApiId: ref('A'),
      }),
    }).map(([way, Around]) => ({
      of: `client certificates, and ${way} around them`,
      resources: {
        ...mapped(mutual, { SecurityPolicy: 'TLS_1_2', DisableExecuteApiEndpoint: true }),
        Open: resource('ApiGateway::DomainName', { SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' }),
        Around,
      },
    })),
    {
      of: 'a policy named for 1.3 that takes 1.2',
      resources: rest({ SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PQ_2025_09' }),
    },
    {
      of: 'a domain name',
      resources: { D: resource('ApiGateway::DomainName', { SecurityPolicy: 'TLS_1_2' }) },
    },
    {
      of: 'client certificates at one of two ways in',
      resources: mapped(mutual, { SecurityPolicy: 'TLS_1_2' }),
    },
    {
      of: 'TLS 1.0, certificates or not',
      resources: { D: resource('ApiGateway::DomainName', { ...mutual, SecurityPolicy: 'TLS_1_0' }) },
    },
    {
      of: 'a domain name of an HTTP API',
      resources: { D: resource('ApiGatewayV2::DomainName', { DomainNameConfigurations: [{}] }) },
    },
    {
      of: 'an HTTP API at its own address',
      resources: { A: resource('ApiGatewayV2::Api', { ProtocolType: 'HTTP' }) },
    },
  ],
  unknown: [
    {
      of: 'a policy that is a parameter',
      resources: rest({ SecurityPolicy: ref('P') }),
      sections: parameter,
      findings: ['ZT-API-TLS[unjudged]'],
    },
    {
      of: 'a domain name that is there on a condition',
      resources: {
        ...mapped(mutual, { SecurityPolicy: 'TLS_1_2', DisableExecuteApiEndpoint: true }),
        D: resource('ApiGateway::DomainName', mutual, { Condition: 'C' }),
      },
      findings: ['ZT-API-TLS[unjudged]'],
    },
  ],
}

export const apiDefaultEndpoint: Cases = {
  passes: [
    {
      of: 'an API that answers at its domain name alone',
      resources: mapped({}, { DisableExecuteApiEndpoint: true }),
    },
    {
      of: 'one that says so in its document',
      resources: mapped(
        {},
        {
          Body: {
            paths: {},
            'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
          },
        },
      ),
    },
    {
      of: 'an API of another stack',
      resources: { M: resource('ApiGateway::BasePathMapping', { RestApiId: { 'Fn::ImportValue': 'api' } }) },
      beside: [
        {
          Resources: rest({ DisableExecuteApiEndpoint: true }),
          Outputs: { O: { Value: ref('A'), Export: { Name: 'api' } } },
        },
      ],
    },
    {
      of: 'a domain name without an API',
      resources: { M: resource('ApiGateway::BasePathMapping', { DomainName: 'api.example.com' }) },
    },
    {
      of: 'a routing rule',
      resources: {
        A: resource('ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true }),
        M: resource('ApiGatewayV2::RoutingRule', { Actions: [{ InvokeApi: { ApiId: ref('A') } }] }),
      },
    },
  ],
  breaks: [
    { of: 'an API with two ways in', resources: mapped({}, {}) },
    {
      of: 'an HTTP API',
      resources: {
        A: resource('ApiGatewayV2::Api', {}),
        M: resource('ApiGatewayV2::ApiMapping', { ApiId: ref('A') }),
      },
    },
    {
      of: 'a property against the document',
      resources: mapped(
        {},
        {
          DisableExecuteApiEndpoint: false,
          Body: { 'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true } },
        },
      ),
    },
    {
      of: 'an API of another stack',
      resources: { M: resource('ApiGateway::BasePathMapping', { RestApiId: { 'Fn::ImportValue': 'api' } }) },
      beside: [{ Resources: rest({}), Outputs: { O: { Value: ref('A'), Export: { Name: 'api' } } } }],
    },
    {
      of: 'a routing rule',
      resources: {
        A: resource('ApiGatewayV2::Api', {}),
        M: resource('ApiGatewayV2::RoutingRule', { Actions: [{ InvokeApi: { ApiId: ref('A') } }] }),
      },
    },
  ],
  unknown: [
    {
      of: 'an API of elsewhere',
      resources: { M: resource('ApiGateway::BasePathMapping', { RestApiId: 'abc123' }) },
      findings: ['ZT-API-DEFAULT-ENDPOINT[unjudged]'],
    },
    {
      of: 'an import of elsewhere',
      resources: {
        M: resource('ApiGateway::BasePathMapping', { RestApiId: { 'Fn::ImportValue': 'other' } }),
      },
      findings: ['ZT-API-DEFAULT-ENDPOINT[unjudged]'],
    },
    {
      of: 'one export of two stacks',
      resources: { M: resource('ApiGateway::BasePathMapping', { RestApiId: { 'Fn::ImportValue': 'api' } }) },
      beside: [true, false].map(DisableExecuteApiEndpoint => ({
        Resources: rest({ DisableExecuteApiEndpoint }),
        Outputs: { O: { Value: ref('A'), Export: { Name: 'api' } } },
      })),
      findings: ['ZT-API-DEFAULT-ENDPOINT[unjudged]'],
    },
  ],
}

const own = { Types: ['PRIVATE'] }
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
const invoke = { Action: 'execute-api:Invoke', Resource: 'execute-api:/*', Principal: '*' }

export const privateApi: Cases = {
  passes: [
    { of: 'an API of the internet', resources: rest({ EndpointConfiguration: { Types: ['REGIONAL'] } }) },
    {
      of: 'a condition on the endpoint',
      resources: rest({
        EndpointConfiguration: own,
        Policy: policy({
          Effect: 'Allow',
          ...invoke,
          Condition: { StringEquals: { 'aws:SourceVpce': ref('A') } },
        }),
      }),
    },
    {
      of: 'a refusal of all others',
      resources: rest({
        EndpointConfiguration: own,
        Policy: policy(
          { Effect: 'Allow', ...invoke },
          { Effect: 'Deny', ...invoke, Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } },
        ),
      }),
    },
  ],
  breaks: [
    { of: 'no policy', resources: rest({ EndpointConfiguration: own }) },
    {
      of: 'one that is imported as private',
      resources: rest({ Parameters: { endpointConfigurationTypes: 'PRIVATE' } }),
    },
    {
      of: 'anyone',
      resources: rest({ EndpointConfiguration: own, Policy: policy({ Effect: 'Allow', ...invoke }) }),
    },
    {
      of: 'a refusal of others who also lack a header',
      resources: rest({
        EndpointConfiguration: own,
        Policy: policy(
          { Effect: 'Allow', ...invoke },
          {
            Effect: 'Deny',
            ...invoke,
            Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1', 'aws:UserAgent': 'x' } },
          },
        ),
      }),
    },
    {
      of: 'a refusal of one method',
      resources: rest({
        EndpointConfiguration: own,
        Policy: policy(
          { Effect: 'Allow', ...invoke },
          {
            Effect: 'Deny',
            ...invoke,
            Resource: 'execute-api:/live/GET/a',
            Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } },
          },
        ),
      }),
    },
  ],
  unknown: [
    {
      of: 'a policy that is a parameter',
      resources: rest({ EndpointConfiguration: own, Policy: ref('P') }),
      sections: parameter,
      findings: ['ZT-PRIVATE-API[unjudged]'],
    },
    {
      of: 'a policy without statements',
      resources: rest({ EndpointConfiguration: own, Policy: {} }),
      findings: ['ZT-PRIVATE-API[unjudged]'],
    },
  ],
}

const staged = (stage: object, more: object = {}) => ({
  A: resource('ApiGateway::RestApi', {}),
  S: resource('ApiGateway::Stage', { RestApiId: ref('A'), StageName: 'live', ...stage }),
  ...more,
})
const acl = (arn: unknown, attributes = {}) => ({
  W: resource('WAFv2::WebACLAssociation', { ResourceArn: arn, WebACLArn: 'x' }, attributes),
})
const stageArn = {
  'Fn::Join': [
    '',
    [
      'arn:',
      ref('AWS::Partition'),
      ':apigateway:',
      ref('AWS::Region'),
      '::/restapis/',
      ref('A'),
      '/stages/',
      ref('S'),
    ],
  ],
}

export const apiFirewall: Cases = {
  passes: [
    { of: 'a stage with a web ACL', resources: staged({}, acl(stageArn)) },
    {
      of: 'one that is named',
      resources: staged({}, acl(sub('arn:aws:apigateway:<AWS::Region>::/restapis/<A>/stages/live'))),
    },
    {
      of: 'a private API',
      resources: { ...staged({}), A: resource('ApiGateway::RestApi', { EndpointConfiguration: own }) },
    },
    {
      of: 'a deployment without a stage',
      resources: { D: resource('ApiGateway::Deployment', { RestApiId: 'x' }) },
    },
    {
      of: 'a web ACL on the same condition',
      resources: {
        ...staged({}),
        S: resource('ApiGateway::Stage', { RestApiId: ref('A'), StageName: 'live' }, { Condition: 'C' }),
        ...acl(stageArn, { Condition: 'C' }),
      },
    },
  ],
  breaks: [
    { of: 'a stage without one', resources: staged({}) },
    {
      of: 'a web ACL at another stage',
      resources: staged({}, acl(sub('arn:aws:apigateway:<AWS::Region>::/restapis/<A>/stages/test'))),
    },
    {
      of: 'a web ACL at another API',
      resources: staged({}, acl('arn:aws:apigateway:eu-west-1::/restapis/abc/stages/live')),
    },
    {
      of: 'a stage made in passing',
      resources: { D: resource('ApiGateway::Deployment', { RestApiId: 'x', StageName: 'live' }) },
    },
    {
      of: 'an HTTP API',
      resources: { S: resource('ApiGatewayV2::Stage', { ApiId: 'x', StageName: '$default' }) },
    },
  ],
  unknown: [
    {
      of: 'a web ACL on a condition',
      resources: staged({}, acl(stageArn, { Condition: 'C' })),
      findings: ['ZT-API-FIREWALL[unjudged]'],
    },
    {
      of: 'a web ACL at what a parameter names',
      resources: staged({}, acl(ref('P'))),
      sections: parameter,
      findings: ['ZT-API-FIREWALL[unjudged]'],
    },
  ],
}

const all = { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 }

export const apiThrottle: Cases = {
  passes: [
    { of: 'a rate and a burst for all methods', resources: staged({ MethodSettings: [all] }) },
    {
      of: 'nothing at all',
      resources: staged({ MethodSettings: [{ ...all, ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0 }] }),
    },
    {
      of: 'an HTTP API',
      resources: {
        S: resource('ApiGatewayV2::Stage', {
          DefaultRouteSettings: { ThrottlingRateLimit: 9, ThrottlingBurstLimit: 9 },
        }),
      },
    },
  ],
  breaks: [
    { of: 'none', resources: staged({}) },
    { of: 'one of one method', resources: staged({ MethodSettings: [{ ...all, HttpMethod: 'GET' }] }) },
    {
      of: 'a rate without a burst',
      resources: staged({
        MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100 }],
      }),
    },
    {
      of: 'the number that turns it off',
      resources: staged({ MethodSettings: [{ ...all, ThrottlingRateLimit: -1 }] }),
    },
  ],
  unknown: [
    {
      of: 'a rate that is a parameter',
      resources: staged({ MethodSettings: [{ ...all, ThrottlingRateLimit: ref('P') }] }),
      sections: parameter,
      findings: ['ZT-API-THROTTLE[unjudged]'],
    },
  ],
}

const log = { DestinationArn: 'arn', Format: '$context.requestId' }

export const apiAccessLog: Cases = {
  passes: [
    { of: 'an access log', resources: staged({ AccessLogSetting: log }) },
    {
      of: 'that of an HTTP API',
      resources: { S: resource('ApiGatewayV2::Stage', { AccessLogSettings: log }) },
    },
    {
      of: 'that of a stage made in passing',
      resources: {
        D: resource('ApiGateway::Deployment', {
          StageName: 'live',
          StageDescription: { AccessLogSetting: log },
        }),
      },
    },
  ],
  breaks: [
    { of: 'none', resources: staged({}) },
    { of: 'one without a format', resources: staged({ AccessLogSetting: { DestinationArn: 'arn' } }) },
    {
      of: 'one without a destination',
      resources: staged({ AccessLogSetting: { Format: 'x', DestinationArn: ref('AWS::NoValue') } }),
    },
    {
      of: 'a stage made in passing',
      resources: { D: resource('ApiGateway::Deployment', { StageName: 'live' }) },
    },
  ],
  unknown: [
    {
      of: 'one on a condition',
      resources: staged({ AccessLogSetting: { 'Fn::If': ['C', log, ref('AWS::NoValue')] } }),
      findings: ['ZT-API-ACCESS-LOG[unjudged]'],
    },
  ],
}

export const apiDataTrace: Cases = {
  passes: [
    { of: 'a stage that says nothing', resources: staged({}) },
    {
      of: 'one that says no',
      resources: staged({ MethodSettings: [{ ...all, DataTraceEnabled: 'false' }] }),
    },
  ],
  breaks: [
    {
      of: 'one that logs requests',
      resources: staged({ MethodSettings: [{ ...all, DataTraceEnabled: true }] }),
    },
    {
      of: 'one of many methods',
      resources: staged({
        MethodSettings: [{ ...all }, { HttpMethod: 'GET', ResourcePath: '/a', DataTraceEnabled: 'true' }],
      }),
    },
    {
      of: 'a route',
      resources: {
        S: resource('ApiGatewayV2::Stage', { RouteSettings: { $connect: { DataTraceEnabled: true } } }),
      },
    },
    {
      of: 'a stage made in passing',
      resources: {
        D: resource('ApiGateway::Deployment', {
          StageName: 'live',
          StageDescription: { DataTraceEnabled: true },
        }),
      },
    },
  ],
  unknown: [
    {
      of: 'neither yes nor no',
      resources: staged({ MethodSettings: [{ ...all, DataTraceEnabled: 'perhaps' }] }),
      findings: ['ZT-API-DATA-TRACE[unjudged]'],
    },
    {
      of: 'a parameter',
      resources: staged({ MethodSettings: [{ DataTraceEnabled: ref('P') }] }),
      sections: parameter,
      findings: ['ZT-API-DATA-TRACE[unjudged]'],
    },
  ],
}

const header = 'Access-Control-Allow-Origin'

export const corsOrigin: Cases = {
  passes: [
    {
      of: 'a named origin',
      resources: {
        A: resource('ApiGatewayV2::Api', {
          CorsConfiguration: { AllowOrigins: ['https://app.example.com'] },
        }),
      },
    },
    {
      of: 'a named origin in a header',
      resources: method({
        Integration: {
          IntegrationResponses: [
            { ResponseParameters: { [`method.response.header.${header}`]: "'https://app.example.com'" } },
          ],
        },
      }),
    },
    { of: 'none', resources: body({ '/a': { get: guarded } }) },
  ],
  breaks: [
    {
      of: 'any origin',
      resources: {
        A: resource('ApiGatewayV2::Api', {
          CorsConfiguration: { AllowOrigins: ['https://app.example.com', '*'] },
        }),
      },
    },
    {
      of: 'any origin in a header',
      resources: method({
        Integration: {
          IntegrationResponses: [{ ResponseParameters: { [`method.response.header.${header}`]: "'*'" } }],
        },
      }),
    },
    {
      of: 'the origin that asks',
      resources: {
        R: resource('ApiGateway::GatewayResponse', {
          ResponseParameters: {
            [`gatewayresponse.header.${header.toLowerCase()}`]: 'method.request.header.Origin',
          },
        }),
      },
    },
    {
      of: 'any origin in a document',
      resources: rest({
        Body: {
          paths: {},
          'x-amazon-apigateway-gateway-responses': {
            DEFAULT_4XX: { responseParameters: { [`gatewayresponse.header.${header}`]: "'*'" } },
          },
        },
      }),
    },
    {
      of: 'a function’s URL',
      resources: { U: resource('Lambda::Url', { Cors: { AllowOrigins: ['https://*'] } }) },
    },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { A: resource('ApiGatewayV2::Api', { CorsConfiguration: { AllowOrigins: [ref('P')] } }) },
      sections: parameter,
      findings: ['ZT-CORS-ORIGIN[unjudged]'],
    },
  ],
}
