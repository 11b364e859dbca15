import type { RuleId } from '../../../lib/checks/rule.ts'
import { type Case, type Cases, resource, sub } from '../support.ts'

const ref = (id: string) => ({ Ref: id })
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
const parameter = { Parameters: { P: { Type: 'String' } } }

const queue = (...statements: object[]) => ({
  Q: resource('SQS::QueuePolicy', {
    PolicyDocument: policy(
      ...statements.map(each => ({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'q', ...each })),
    ),
  }),
})
const when = (operator: string, key: string, value: unknown): Case['resources'] =>
  queue({ Principal: '*', Condition: { [operator]: { [key]: value } } })
const web = (provider: unknown, Condition?: object) => ({
  R: resource('IAM::Role', {
    AssumeRolePolicyDocument: policy({
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      ...(Condition && { Condition }),
    }),
  }),
})
const github = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'
const claim = (name: string) => `token.actions.githubusercontent.com:${name}`

const principals: Cases = {
  passes: [
    { of: 'a network of an organisation’s', resources: when('IpAddress', 'aws:SourceIp', '2001:db8::/32') },
    { of: 'one address', resources: when('IpAddress', 'aws:SourceIp', '192.0.2.7') },
    {
      of: 'accounts of a part of an organisation',
      resources: when('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-a1b2c3d4e5/r-ab12/*'),
    },
    { of: 'sessions of one role', resources: when('StringLike', 'aws:userid', 'AROAEXAMPLE:*') },
    {
      of: 'the organisation that the resource is of',
      resources: when('StringEquals', 'aws:PrincipalOrgID', sub('<!aws:ResourceOrgID>')),
    },
    {
      of: 'one repository of a provider for all the world',
      resources: web(github, {
        StringEquals: { [claim('aud')]: 'sts.amazonaws.com' },
        StringLike: { [claim('sub')]: 'repo:me/mine:*' },
      }),
    },
    {
      of: 'users of a provider that CDK makes',
      resources: {
        ...web(ref('O'), { StringLike: { [claim('sub')]: 'repo:me/mine:*' } }),
        O: { Type: 'Custom::AWSCDKOpenIdConnectProvider' },
      },
    },
    {
      of: 'users of a company’s provider',
      resources: web('arn:aws:iam::111122223333:saml-provider/p', {
        StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
      }),
    },
    {
      of: 'users of an identity pool',
      resources: web('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:pool' },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      }),
    },
  ],
  breaks: [
    {
      of: 'half of all networks, twice',
      resources: when('IpAddress', 'aws:SourceIp', ['0.0.0.0/1', '128.0.0.0/1']),
    },
    { of: 'half of all networks of IPv6', resources: when('IpAddress', 'aws:SourceIp', '8000::/1') },
    { of: 'an address that is any', resources: when('StringLike', 'aws:SourceIp', '*') },
    { of: 'what all organisations begin with', resources: when('StringLike', 'aws:PrincipalOrgID', 'o-*') },
    { of: 'what all endpoints begin with', resources: when('StringLike', 'aws:SourceVpce', 'vpce-*') },
    { of: 'a tenth of all accounts', resources: when('StringLike', 'aws:SourceAccount', '1*') },
    { of: 'an ARN that is cut short', resources: when('StringLike', 'aws:PrincipalArn', 'arn:*') },
    { of: 'what all ARNs begin with', resources: when('StringLike', 'aws:PrincipalArn', 'a*') },
    {
      of: 'buckets of a name that anyone may take',
      resources: when('ArnLike', 'aws:SourceArn', 'arn:aws:s3:::mine*'),
    },
    {
      of: 'a wildcard that reaches over the account',
      resources: when('StringLike', 'aws:SourceArn', 'arn:aws:lambda:*:111122223333:*'),
    },
    {
      of: 'a caller who is who he is',
      resources: when('StringEquals', 'aws:PrincipalOrgID', sub('<!aws:PrincipalOrgID>')),
    },
    {
      of: 'parts of any organisation',
      resources: when('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-*/r-ab12/*'),
    },
    {
      of: 'users of a provider, on what they all have',
      resources: web(github, { StringEquals: { [claim('aud')]: 'sts.amazonaws.com' } }),
    },
    {
      of: 'users of a provider, on a claim that may be anything',
      resources: web(github, { StringLike: { [claim('sub')]: '*' } }),
    },
    {
      of: 'users of a provider, on a claim that need not be there',
      resources: web(github, { StringEqualsIfExists: { [claim('sub')]: 'repo:me/mine' } }),
    },
    {
      of: 'an identity pool, guests and all',
      resources: web('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:pool' },
      }),
    },
    {
      of: 'guests of an identity pool',
      resources: web('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:pool' },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'unauthenticated' },
      }),
    },
    {
      of: 'users of a provider, on no claim',
      resources: web(github, { Bool: { 'aws:SecureTransport': 'true' } }),
    },
    {
      of: 'anyone to a function, by a policy',
      resources: {
        F: resource('Lambda::ResourcePolicy', {
          PolicyDocument: policy({ Effect: 'Allow', Principal: '*', Action: 'lambda:InvokeFunction' }),
        }),
      },
    },
    {
      of: 'anyone to a key in another region',
      resources: {
        K: resource('KMS::ReplicaKey', {
          KeyPolicy: policy({ Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }),
        }),
      },
    },
    {
      of: 'anyone to a bus',
      resources: {
        B: resource('Events::EventBus', {
          Policy: policy({ Effect: 'Allow', Principal: '*', Action: 'events:PutEvents' }),
        }),
      },
    },
    {
      of: 'anyone to the replica of a table',
      resources: {
        T: resource('DynamoDB::GlobalTable', {
          Replicas: [
            {},
            {
              ResourcePolicy: {
                PolicyDocument: policy({ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem' }),
              },
            },
          ],
        }),
      },
    },
  ],
  unknown: [
    {
      of: 'an element in another case',
      resources: queue({ principal: '*' }),
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
    {
      of: 'one statement, which hides no other',
      resources: queue({ Principal: { AWS: ref('P') } }, { Principal: '*' }),
      sections: parameter,
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]', 'ZT-POLICY-PRINCIPAL'],
    },
    {
      of: 'a principal that a custom resource makes up',
      resources: {
        ...queue({ Principal: { AWS: { 'Fn::GetAtt': ['C', 'Who'] } } }),
        C: { Type: 'Custom::Who' },
      },
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
  ],
}

const role = (...statements: object[]) => ({
  R: resource('IAM::Policy', {
    PolicyDocument: policy(...statements.map(each => ({ Effect: 'Allow', ...each }))),
  }),
})
const reads = (Resource: unknown) => role({ Action: 's3:GetObject', Resource })

const actions: Cases = {
  passes: [
    {
      of: 'a policy of the app’s own',
      resources: {
        U: resource('IAM::Role', { ManagedPolicyArns: [ref('M')] }),
        M: resource('IAM::ManagedPolicy', {
          PolicyDocument: policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }),
        }),
      },
    },
  ],
  breaks: [
    {
      of: 'nearly all, by what every name has',
      resources: role({ Action: ['s3:*e*', 's3:G*'], Resource: 'arn:aws:s3:::b' }),
      findings: ['ZT-ROLE-ACTION[s3:*e*]', 'ZT-ROLE-ACTION[s3:G*]'],
    },
    {
      of: 'AWS’s policy to read all that there is',
      resources: {
        R: resource('IAM::Role', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }),
      },
      findings: ['ZT-ROLE-ACTION[ReadOnlyAccess]'],
    },
    {
      of: 'AWS’s policy for all secrets',
      resources: {
        R: resource('IAM::Group', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/SecretsManagerReadWrite'] }),
      },
      findings: ['ZT-ROLE-ACTION[SecretsManagerReadWrite]'],
    },
  ],
  unknown: [
    {
      of: 'a permission set’s policy that each account has its own of',
      resources: { R: resource('SSO::PermissionSet', { CustomerManagedPolicyReferences: [{ Name: 'p' }] }) },
      findings: ['ZT-ROLE-ACTION[unjudged p]'],
    },
    {
      of: 'a policy that is not of this app',
      resources: { R: resource('IAM::Role', { ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/p'] }) },
      findings: ['ZT-ROLE-ACTION[unjudged arn:aws:iam::111122223333:policy/p]'],
    },
    {
      of: 'one statement, which hides no other',
      resources: role({ Action: ref('P'), Resource: 'r' }, { Action: '*', Resource: 'r' }),
      sections: parameter,
      findings: ['ZT-ROLE-ACTION[unjudged]', 'ZT-ROLE-ACTION[*]'],
    },
  ],
}

const resources: Cases = {
  passes: [
    { of: 'streams of one log group', resources: reads('arn:aws:logs:eu-west-1:1:log-group:mine:*') },
    { of: 'indexes of one table', resources: reads('arn:aws:dynamodb:eu-west-1:1:table/t/index/*') },
    {
      of: 'objects of a bucket by its reference',
      resources: {
        ...reads([{ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['B', 'Arn'] }, '/*']] }, sub('<B.Arn>*')]),
        B: resource('S3::Bucket'),
      },
    },
    {
      of: 'what a stack of another region hands over',
      resources: {
        ...reads({ 'Fn::GetAtt': ['Reader', '/cdk/exports/S/x'] }),
        Reader: { Type: 'Custom::CrossRegionExportReader' },
      },
      beside: [
        {
          Resources: {
            T: resource('SNS::Topic'),
            W: {
              Type: 'Custom::CrossRegionExportWriter',
              Properties: { WriterProps: { exports: { '/cdk/exports/S/x': ref('T') } } },
            },
          },
        },
      ],
    },
    {
      of: 'a scaling group by its name, with an id that nobody knows',
      resources: reads('arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:*:autoScalingGroupName/mine'),
    },
    { of: 'one API', resources: reads('arn:aws:execute-api:eu-west-1:1:abc/*') },
    {
      of: 'a name that is kept',
      resources: {
        ...reads({ 'Fn::GetAtt': ['N', 'Value'] }),
        N: resource('SSM::Parameter', { Value: 'arn:aws:s3:::mine/*' }),
      },
    },
  ],
  breaks: [
    ...[
      'arn:aws:s3:::*/*',
      'arn:aws:s3:::*/secret',
      'arn:aws:logs:eu-west-1:1:log-group:*:*',
      'arn:aws:lambda:eu-west-1:1:function:*:*',
      'arn:aws:dynamodb:eu-west-1:1:table/*/index/*',
      'arn:aws:execute-api:eu-west-1:1:*/live/GET/*',
      'arn:aws:ssm:eu-west-1:1:*/*',
      'arn:aws:es:eu-west-1:1:domain/*',
      'ar*',
    ].map(arn => ({
      of: arn,
      resources: reads(arn),
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    })),
    {
      of: 'everything, by a parameter that the template sets',
      resources: {
        ...reads({ 'Fn::GetAtt': ['N', 'Value'] }),
        N: resource('SSM::Parameter', { Value: '*' }),
      },
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
  ],
  unknown: [
    {
      of: 'what no stack of another region hands over',
      resources: {
        ...reads({ 'Fn::GetAtt': ['Reader', '/cdk/exports/S/y'] }),
        Reader: { Type: 'Custom::CrossRegionExportReader' },
      },
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
    {
      of: 'what a custom resource answers',
      resources: {
        ...reads({ 'Fn::GetAtt': ['C', 'Arn'] }),
        C: { Type: 'AWS::CloudFormation::CustomResource' },
      },
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
    {
      of: 'what a custom resource calls itself',
      resources: { ...reads(ref('C')), C: { Type: 'Custom::Name' } },
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
    {
      of: 'what a wait was told',
      resources: {
        ...reads({ 'Fn::GetAtt': ['W', 'Data'] }),
        W: { Type: 'AWS::CloudFormation::WaitCondition' },
      },
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
  ],
}

const permission = (properties: object) => ({
  P1: resource('Lambda::Permission', { FunctionName: 'f', Principal: 's3.amazonaws.com', ...properties }),
})

const permissions: Cases = {
  passes: [
    {
      of: 'an account’s events of any region',
      resources: permission({ SourceArn: 'arn:aws:events:*:111122223333:rule/*' }),
    },
    {
      of: 'what a reference names',
      resources: { ...permission({ SourceArn: ref('B') }), B: resource('SNS::Topic') },
    },
    {
      of: 'a skill',
      resources: permission({ Principal: 'alexa-appkit.amazon.com', EventSourceToken: 'amzn1.ask.skill.1' }),
    },
  ],
  breaks: [
    { of: 'any bucket', resources: permission({ SourceArn: 'arn:aws:s3:::*' }) },
    { of: 'any account', resources: permission({ SourceArn: 'arn:aws:events:*:*:rule/*' }) },
    { of: 'an ARN that is cut short', resources: permission({ SourceArn: 'arn:*' }) },
    {
      of: 'a token that the service does not know',
      resources: permission({ Principal: 'apigateway.amazonaws.com', EventSourceToken: 'x' }),
    },
  ],
  unknown: [],
}

const own = { EndpointConfiguration: { Types: ['PRIVATE'] } }
const invoke = { Action: 'execute-api:Invoke', Resource: 'execute-api:/*', Principal: '*' }
const elsewhere = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }
const denying = (statement: object, more: object = {}) => ({
  A: resource('ApiGateway::RestApi', {
    ...own,
    Policy: policy(
      { Effect: 'Allow', ...invoke },
      { Effect: 'Deny', ...invoke, Condition: elsewhere, ...statement },
    ),
    ...more,
  }),
})

const privacy: Cases = {
  passes: [
    {
      of: 'a refusal in long words',
      resources: denying({ Resource: 'execute-api:/*/*/*', Action: ['execute-api:*'] }),
    },
    {
      of: 'a policy in the document',
      resources: {
        A: resource('ApiGateway::RestApi', {
          ...own,
          Body: {
            paths: {},
            'x-amazon-apigateway-policy': policy({
              Effect: 'Allow',
              ...invoke,
              Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
            }),
          },
        }),
      },
    },
  ],
  breaks: [
    { of: 'a refusal of nobody', resources: denying({ Principal: undefined, NotPrincipal: '*' }) },
    { of: 'a refusal of services', resources: denying({ Principal: { Service: '*' } }) },
    { of: 'a refusal of other actions', resources: denying({ Action: 's3:*' }) },
    {
      of: 'a refusal of one method',
      resources: denying({ Resource: 'arn:aws:execute-api:eu-west-1:1:abc/live/GET/*' }),
    },
    { of: 'a refusal elsewhere', resources: denying({ Resource: 'arn:aws:s3:::b/*' }) },
    {
      of: 'a refusal of those of no endpoint',
      resources: denying({ Condition: { StringNotLike: { 'aws:SourceVpce': 'vpce-*' } } }),
    },
    {
      of: 'anyone, in the document',
      resources: denying(
        {},
        { Body: { paths: {}, 'x-amazon-apigateway-policy': policy({ Effect: 'Allow', ...invoke }) } },
      ),
    },
  ],
  unknown: [],
}

const socket = (more: object = {}) => ({
  A: resource('ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }),
  S: resource('ApiGatewayV2::Route', { RouteKey: 'send', ApiId: ref('A') }),
  ...more,
})
const connect = (attributes: object = {}) => ({
  C: resource(
    'ApiGatewayV2::Route',
    { RouteKey: '$connect', ApiId: ref('A'), AuthorizationType: 'CUSTOM', AuthorizerId: 'z' },
    { ...attributes },
  ),
})
const iam = { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }
const opening = policy({ Effect: 'Allow', ...invoke })
const guarded = (schemes: object, operation: object = {}, more: object = {}) => ({
  A: resource('ApiGateway::RestApi', {
    Body: { paths: { '/a': { get: { security: [{ token: [] }], ...operation } } }, ...schemes, ...more },
  }),
})
const authorizer = { 'x-amazon-apigateway-authorizer': { type: 'request', authorizerUri: 'u' } }
const get = ['ZT-API-ACCESS[GET /a]']

const access: Cases = {
  passes: [
    { of: 'messages over a connection that was asked for', resources: socket(connect()) },
    {
      of: 'IAM, for accounts that the policy names',
      resources: {
        A: resource('ApiGateway::RestApi', {
          Body: { paths: { '/a': { get: iam } } },
          Policy: policy({ Effect: 'Allow', ...invoke, Principal: { AWS: '111122223333' } }),
        }),
      },
    },
    {
      of: 'an authorizer, and a policy that leaves it to that',
      resources: {
        ...guarded(
          { components: { securitySchemes: { token: authorizer } } },
          {},
          { 'x-amazon-apigateway-policy': opening },
        ),
      },
    },
  ],
  breaks: [
    {
      of: 'an API of connections that nobody is asked for',
      resources: socket(),
    },
    {
      of: 'IAM, which any account has, by a policy for anyone',
      resources: {
        A: resource('ApiGateway::RestApi', { Body: { paths: { '/a': { get: iam } } }, Policy: opening }),
      },
      findings: get,
    },
    {
      of: 'a method with IAM, and a policy for anyone',
      resources: {
        A: resource('ApiGateway::RestApi', { Policy: opening }),
        M: resource('ApiGateway::Method', {
          HttpMethod: 'GET',
          AuthorizationType: 'AWS_IAM',
          RestApiId: ref('A'),
        }),
      },
    },
    {
      of: 'an operation that says NONE beside its authorizer',
      resources: guarded(
        { components: { securitySchemes: { token: authorizer } } },
        { 'x-amazon-apigateway-auth': { type: 'NONE' } },
      ),
      findings: get,
    },
    {
      of: 'a scheme of the same name that does not count',
      resources: guarded({
        swagger: '2.0',
        components: { securitySchemes: { token: authorizer } },
        securityDefinitions: { token: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
      }),
      findings: get,
    },
  ],
  unknown: [
    {
      of: 'a connection that is asked for on a condition',
      resources: socket(connect({ Condition: 'C' })),
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
    {
      of: 'an authorizer of no kind',
      resources: guarded({
        components: { securitySchemes: { token: { 'x-amazon-apigateway-authorizer': { a: 1 } } } },
      }),
      findings: ['ZT-API-ACCESS[unjudged GET /a]'],
    },
    {
      of: 'an extension beside methods that is none of those known',
      resources: {
        A: resource('ApiGateway::RestApi', {
          Body: { paths: { '/a': { 'x-amazon-apigateway-ANY-method': {} } } },
        }),
      },
      findings: ['ZT-API-ACCESS[unjudged X-AMAZON-APIGATEWAY-ANY-METHOD /a]'],
    },
    {
      of: 'another version of the document',
      resources: {
        A: resource('ApiGateway::RestApi', { BodyS3Location: { Bucket: 'b', Key: 'k.json', Version: '1' } }),
      },
      assets: { 'k.json': { paths: {} } },
      findings: ['ZT-API-ACCESS[unjudged]'],
    },
  ],
}

const staged = {
  A: resource('ApiGateway::RestApi'),
  S: resource('ApiGateway::Stage', { RestApiId: ref('A'), StageName: 'live' }, { Condition: 'C' }),
}
const association = (Condition?: string, WebACLArn: unknown = 'x') =>
  resource(
    'WAFv2::WebACLAssociation',
    { ResourceArn: sub('arn:aws:apigateway:eu-west-1::/restapis/<A>/stages/live'), WebACLArn },
    Condition === undefined ? {} : { Condition },
  )
const nestedAcl = {
  'n.json': {
    Parameters: { A: {} },
    Resources: { W: association() },
  },
}

const firewall: Cases = {
  passes: [
    {
      of: 'a web ACL of a nested stack',
      resources: {
        ...staged,
        N: resource('CloudFormation::Stack', {
          TemplateURL: 'https://b/n.json',
          Parameters: { A: ref('A') },
        }),
      },
      assets: nestedAcl,
    },
  ],
  breaks: [
    {
      of: 'an API that is private by one word of two',
      resources: {
        A: resource('ApiGateway::RestApi', {
          EndpointConfiguration: { Types: ['REGIONAL'] },
          Parameters: { endpointConfigurationTypes: 'PRIVATE' },
        }),
        S: resource('ApiGateway::Stage', { RestApiId: ref('A'), StageName: 'live' }),
      },
    },
    {
      of: 'a web ACL without a rule',
      byValue: true,
      resources: {
        ...staged,
        W: association(undefined, { 'Fn::GetAtt': ['L', 'Arn'] }),
        L: resource('WAFv2::WebACL', { Rules: [] }),
      },
    },
  ],
  unknown: [
    {
      of: 'a web ACL of a nested stack that is there on a condition',
      resources: {
        ...staged,
        N: resource(
          'CloudFormation::Stack',
          { TemplateURL: 'https://b/n.json', Parameters: { A: ref('A') } },
          { Condition: 'Never' },
        ),
      },
      assets: nestedAcl,
      findings: ['ZT-API-FIREWALL[unjudged]'],
    },
    {
      of: 'a web ACL of another stack, on a condition of the same name',
      resources: staged,
      sections: { Outputs: { O: { Value: ref('A'), Export: { Name: 'api' } } } },
      beside: [
        {
          Resources: {
            W: resource(
              'WAFv2::WebACLAssociation',
              {
                ResourceArn: {
                  'Fn::Join': [
                    '',
                    [
                      'arn:aws:apigateway:eu-west-1::/restapis/',
                      { 'Fn::ImportValue': 'api' },
                      '/stages/live',
                    ],
                  ],
                },
              },
              { Condition: 'C' },
            ),
          },
        },
      ],
      findings: ['ZT-API-FIREWALL[unjudged]'],
    },
  ],
}

const all = { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 }
const throttle: Cases = {
  passes: [],
  breaks: [
    {
      of: 'a method that is excepted',
      resources: {
        S: resource('ApiGateway::Stage', {
          MethodSettings: [
            all,
            { HttpMethod: 'GET', ResourcePath: '/a', ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1 },
          ],
        }),
      },
    },
  ],
  unknown: [],
}

const trace: Cases = {
  passes: [],
  breaks: [],
  unknown: [
    {
      of: 'one method, which hides no other',
      resources: {
        S: resource('ApiGateway::Stage', {
          MethodSettings: [{ DataTraceEnabled: ref('P') }, { DataTraceEnabled: true }],
        }),
      },
      sections: parameter,
      findings: ['ZT-API-DATA-TRACE[unjudged]', 'ZT-API-DATA-TRACE'],
    },
  ],
}

const header = (value: string) => ({
  R: resource('ApiGateway::GatewayResponse', {
    ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': value },
  }),
})
const override = '#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)'
const vtl = (template: string) => ({
  M: resource('ApiGateway::Method', {
    Integration: { IntegrationResponses: [{ ResponseTemplates: { 'application/json': template } }] },
  }),
})
const origins: Cases = {
  passes: [
    {
      of: 'one of several origins, as CDK asks it',
      resources: vtl(
        `#if($origin.matches("https://a.example") || $origin.matches("https://b.example"))${override}#end`,
      ),
    },
    { of: 'what the integration says', resources: header('integration.response.header.x') },
  ],
  breaks: [
    { of: 'whatever origin asks, by a template', resources: vtl(override) },
    {
      of: 'whatever origin asks, by a template that asks for anything',
      resources: vtl(`#if($origin.matches(".*"))${override}#end`),
    },
    { of: 'pages of no origin', resources: header("'null'") },
    { of: 'an origin that a parameter brings', resources: header('method.request.querystring.origin') },
    {
      of: 'any origin, in capitals',
      resources: { U: resource('Lambda::Url', { Cors: { AllowOrigins: ['HTTPS://*'] } }) },
    },
    { of: 'no origin', resources: { U: resource('Lambda::Url', { Cors: { AllowOrigins: ['null'] } }) } },
  ],
  unknown: [
    {
      of: 'a value that is neither text nor the integration’s',
      resources: header('stageVariables.origin'),
      findings: ['ZT-CORS-ORIGIN[unjudged]'],
    },
  ],
}

const cache: Cases = {
  passes: [
    {
      of: 'one that is asked when a connection is opened, and whose answers nobody keeps',
      resources: {
        A: resource('ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }),
        Z: resource('ApiGatewayV2::Authorizer', {
          ApiId: ref('A'),
          AuthorizerType: 'REQUEST',
          IdentitySource: ['route.request.querystring.token'],
        }),
      },
    },
  ],
  breaks: [],
  unknown: [],
}

const encryption: Cases = {
  passes: [],
  breaks: [
    {
      of: 'a topic with a key that is none',
      resources: { T: resource('SNS::Topic', { KmsMasterKeyId: '' }) },
    },
    {
      of: 'a stream that says none',
      resources: { S: resource('Kinesis::Stream', { StreamEncryption: { EncryptionType: 'NONE' } }) },
    },
  ],
  unknown: [],
}

const bucketPublic: Cases = {
  passes: [],
  breaks: [],
  unknown: [
    {
      of: 'one setting, which hides no other',
      resources: {
        B: resource('S3::Bucket', {
          PublicAccessBlockConfiguration: { BlockPublicAcls: ref('P'), BlockPublicPolicy: false },
        }),
      },
      sections: parameter,
      findings: ['ZT-BUCKET-PUBLIC[unjudged]', 'ZT-BUCKET-PUBLIC'],
    },
  ],
}

const bucketTls: Cases = {
  passes: [],
  breaks: [
    {
      of: 'a refusal of what is no user',
      resources: {
        B: resource('S3::Bucket'),
        Y: resource('S3::BucketPolicy', {
          Bucket: ref('B'),
          PolicyDocument: policy({
            Effect: 'Deny',
            Principal: { Service: '*' },
            Action: 's3:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        }),
      },
    },
  ],
  unknown: [],
}

const tls: Cases = {
  passes: [],
  breaks: [
    {
      of: 'authorities that are in no file',
      resources: {
        D: resource('ApiGateway::DomainName', {
          SecurityPolicy: 'TLS_1_2',
          MutualTlsAuthentication: { TruststoreUri: '' },
        }),
      },
    },
  ],
  unknown: [],
}

const env = (Variables: object) => ({ F: resource('Lambda::Function', { Environment: { Variables } }) })
const secret = (...names: string[]) => names.map(name => `ZT-SECRET-IN-CLEAR[${name}]`)
const key = `AKIA${'ABCDEFGH'.repeat(2)}`
const secrets: Cases = {
  passes: [
    {
      of: 'what only sounds like one',
      resources: env({ COMPASS: 'north', PASSENGERS: '3', PATH: '/x', PATTERN: 'a' }),
    },
    {
      of: 'an ARN in parts',
      resources: env({ DB_SECRET: sub('arn:<AWS::Partition>:secretsmanager:eu-west-1:1:secret:x') }),
    },
  ],
  breaks: [
    {
      of: 'a password as programs commonly call it',
      resources: env({ PGPASSWORD: 'x', DB_PASS: 'x', GITHUB_PAT: 'x' }),
      findings: secret('PGPASSWORD', 'DB_PASS', 'GITHUB_PAT'),
    },
    {
      of: 'a password with signs of a reference',
      resources: env({ PASSWORD: `hunter2$\{x}` }),
      findings: secret('PASSWORD'),
    },
    {
      of: 'a secret in parts',
      byValue: true,
      resources: env({ COLOUR: { 'Fn::Join': ['', [key.slice(0, 6), key.slice(6)]] } }),
      findings: secret('COLOUR'),
    },
    {
      of: 'a secret that CloudFormation writes in clear, in parts',
      byValue: true,
      resources: env({ COLOUR: { 'Fn::Join': ['', ['{{resolve:', 'secretsmanager:db}}']] } }),
      findings: secret('COLOUR'),
    },
    {
      of: 'a parameter that is to be hidden',
      byValue: true,
      resources: env({ COLOUR: ref('Q') }),
      sections: { Parameters: { Q: { Type: 'String', NoEcho: 'true' } } },
      findings: secret('COLOUR'),
    },
  ],
  unknown: [],
}

/** What got past a rule once, by rule. */
export const evasions: Readonly<Partial<Record<RuleId, Cases>>> = {
  'ZT-API-ACCESS': access,
  'ZT-AUTHORIZER-CACHE': cache,
  'ZT-API-TLS': tls,
  'ZT-PRIVATE-API': privacy,
  'ZT-API-FIREWALL': firewall,
  'ZT-API-THROTTLE': throttle,
  'ZT-API-DATA-TRACE': trace,
  'ZT-CORS-ORIGIN': origins,
  'ZT-POLICY-PRINCIPAL': principals,
  'ZT-FUNCTION-PERMISSION': permissions,
  'ZT-ROLE-ACTION': actions,
  'ZT-ROLE-RESOURCE': resources,
  'ZT-BUCKET-PUBLIC': bucketPublic,
  'ZT-BUCKET-TLS': bucketTls,
  'ZT-ENCRYPTION': encryption,
  'ZT-SECRET-IN-CLEAR': secrets,
}
