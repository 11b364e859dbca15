import { type Cases, resource, sub } from '../support.ts'

const parameter = { Parameters: { P: { Type: 'String' } } }
const ref = (id: string) => ({ Ref: id })
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
const queue = (statement: object) => ({
  Q: resource('SQS::QueuePolicy', {
    PolicyDocument: policy({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws:sqs:eu-west-1:111122223333:q',
      ...statement,
    }),
  }),
})
const when = (operator: string, key: string, value: unknown) =>
  queue({ Principal: '*', Condition: { [operator]: { [key]: value } } })
const endpoint = (properties: Readonly<Record<string, unknown>>) => ({
  E: resource('EC2::VPCEndpoint', properties),
})

export const policyPrincipal: Cases = {
  passes: [
    { of: 'a service', resources: queue({ Principal: { Service: 'sns.amazonaws.com' } }) },
    {
      of: 'an account',
      resources: queue({
        Principal: {
          AWS: ['111122223333', sub('arn:<AWS::Partition>:iam::<AWS::AccountId>:root')],
        },
      }),
    },
    { of: 'anyone who is refused', resources: queue({ Effect: 'Deny', Principal: '*' }) },
    { of: 'anyone of an organisation', resources: when('StringEquals', 'aws:PrincipalOrgID', 'o-abc') },
    { of: 'keys in another case', resources: when('StringEquals', 'AWS:principalorgid', 'o-abc') },
    {
      of: 'anyone for one topic',
      resources: when('ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:111122223333:*'),
    },
    { of: 'anyone for one bucket', resources: when('ArnLike', 'aws:SourceArn', 'arn:aws:s3:::mine') },
    {
      of: 'anyone from a network',
      resources: when('IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '192.0.2.0/24']),
    },
    {
      of: 'a key’s own account',
      resources: {
        K: resource('KMS::Key', {
          KeyPolicy: policy({
            Effect: 'Allow',
            Principal: {
              AWS: {
                'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':iam::', ref('AWS::AccountId'), ':root']],
              },
            },
            Action: 'kms:*',
            Resource: '*',
          }),
        }),
      },
    },
    {
      of: 'users of a provider, by a claim',
      resources: {
        R: resource('IAM::Role', {
          AssumeRolePolicyDocument: policy({
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::1:oidc-provider/p' },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { 'p:sub': 'me' } },
          }),
        }),
      },
    },
    {
      of: 'an endpoint to one API',
      resources: endpoint({
        PolicyDocument: policy({
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'arn:aws:execute-api:eu-west-1:111122223333:abc/*',
        }),
      }),
    },
    {
      of: 'an endpoint that takes no policy',
      resources: endpoint({ VpcEndpointType: 'GatewayLoadBalancer' }),
    },
    {
      of: 'a policy as text',
      resources: {
        L: resource('Logs::ResourcePolicy', {
          PolicyDocument: JSON.stringify(
            policy({
              Effect: 'Allow',
              Principal: { Service: 'es.amazonaws.com' },
              Action: 'logs:PutLogEvents',
              Resource: 'x',
            }),
          ),
        }),
      },
    },
    {
      of: 'a bus for one account',
      resources: {
        B: resource('Events::EventBusPolicy', {
          StatementId: 's',
          Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'events:PutEvents' },
        }),
      },
    },
    { of: 'a table without a policy', resources: { T: resource('DynamoDB::Table', {}) } },
  ],
  breaks: [
    { of: 'anyone', resources: queue({ Principal: '*' }) },
    { of: 'any account', resources: queue({ Principal: { AWS: '*' } }) },
    { of: 'anyone among others', resources: queue({ Principal: { AWS: ['111122223333', '*'] } }) },
    { of: 'all but one', resources: queue({ NotPrincipal: { AWS: '111122223333' } }) },
    { of: 'a condition that holds for anyone', resources: when('StringLike', 'aws:PrincipalOrgID', '*') },
    { of: 'a condition that begins with anything', resources: when('StringLike', 'aws:SourceVpce', '*-1') },
    { of: 'sources of any account', resources: when('ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:*:*') },
    { of: 'any bucket', resources: when('ArnLike', 'aws:SourceArn', 'arn:aws:s3:::*') },
    { of: 'any network', resources: when('IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '0.0.0.0/0']) },
    {
      of: 'a condition that holds where the key is missing',
      resources: when('StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-abc'),
    },
    {
      of: 'a condition for all values, of which there may be none',
      resources: when('ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-abc'),
    },
    { of: 'a condition on what callers choose', resources: when('StringEquals', 'aws:UserAgent', 'mine') },
    {
      of: 'a condition on who they are not',
      resources: when('StringNotEquals', 'aws:PrincipalOrgID', 'o-abc'),
    },
    {
      of: 'users of a provider, all of them',
      resources: {
        R: resource('IAM::Role', {
          AssumeRolePolicyDocument: policy({
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::1:oidc-provider/p' },
            Action: 'sts:AssumeRoleWithWebIdentity',
          }),
        }),
      },
    },
    { of: 'an endpoint without a policy', resources: endpoint({}) },
    {
      of: 'an endpoint to anything',
      resources: endpoint({
        PolicyDocument: policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }),
      }),
    },
    {
      of: 'an endpoint to any bucket',
      resources: endpoint({
        PolicyDocument: policy({
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:*',
          Resource: 'arn:aws:s3:::*',
        }),
      }),
    },
    {
      of: 'a policy as text',
      resources: {
        L: resource('Logs::ResourcePolicy', {
          PolicyDocument: JSON.stringify(
            policy({ Effect: 'Allow', Principal: '*', Action: 'logs:PutLogEvents', Resource: 'x' }),
          ),
        }),
      },
    },
    {
      of: 'a bus for anyone',
      resources: {
        B: resource('Events::EventBusPolicy', {
          StatementId: 's',
          Statement: { Effect: 'Allow', Principal: '*', Action: 'events:PutEvents' },
        }),
      },
    },
  ],
  unknown: [
    {
      of: 'a principal that is a parameter',
      resources: queue({ Principal: { AWS: ref('P') } }),
      sections: parameter,
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
    {
      of: 'an effect that is none',
      resources: queue({ Effect: 'allow', Principal: { AWS: '1' } }),
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
    {
      of: 'text that is no policy',
      resources: { L: resource('Logs::ResourcePolicy', { PolicyDocument: '{' }) },
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
    {
      of: 'a policy on a condition',
      resources: { Q: resource('SQS::QueuePolicy', { PolicyDocument: { 'Fn::If': ['C', {}, {}] } }) },
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
    {
      of: 'a bus without a statement',
      resources: {
        B: resource('Events::EventBusPolicy', {
          StatementId: 's',
          Principal: '*',
          Action: 'events:PutEvents',
        }),
      },
      findings: ['ZT-POLICY-PRINCIPAL[unjudged]'],
    },
  ],
}

const permission = (properties: Readonly<Record<string, unknown>>) => ({
  P1: resource('Lambda::Permission', { Action: 'lambda:InvokeFunction', FunctionName: 'f', ...properties }),
})

export const functionPermission: Cases = {
  passes: [
    {
      of: 'one API',
      resources: permission({
        Principal: 'apigateway.amazonaws.com',
        SourceArn: 'arn:aws:execute-api:eu-west-1:1:abc/*',
      }),
    },
    {
      of: 'one account',
      resources: permission({ Principal: 's3.amazonaws.com', SourceAccount: ref('AWS::AccountId') }),
    },
    { of: 'a role', resources: permission({ Principal: 'arn:aws:iam::111122223333:role/r' }) },
    { of: 'anyone of an organisation', resources: permission({ Principal: '*', PrincipalOrgID: 'o-abc' }) },
    {
      of: 'a layer for an organisation',
      resources: {
        L: resource('Lambda::LayerVersionPermission', { Principal: '*', OrganizationId: 'o-abc' }),
      },
    },
  ],
  breaks: [
    { of: 'a service', resources: permission({ Principal: 'apigateway.amazonaws.com' }) },
    {
      of: 'a service with any source',
      resources: permission({ Principal: 'apigateway.amazonaws.com', SourceArn: '*' }),
    },
    { of: 'anyone', resources: permission({ Principal: '*' }) },
    { of: 'anyone over a URL', resources: permission({ Principal: '*', FunctionUrlAuthType: 'NONE' }) },
    {
      of: 'a layer for anyone',
      resources: { L: resource('Lambda::LayerVersionPermission', { Principal: '*' }) },
    },
    { of: 'a service in China', resources: permission({ Principal: 'events.amazonaws.com.cn' }) },
  ],
  unknown: [
    {
      of: 'what is neither a service nor of IAM',
      resources: permission({ Principal: 'someone' }),
      findings: ['ZT-FUNCTION-PERMISSION[unjudged]'],
    },

    {
      of: 'a parameter',
      resources: permission({ Principal: ref('P') }),
      sections: parameter,
      findings: ['ZT-FUNCTION-PERMISSION[unjudged]'],
    },
  ],
}

const role = (statement: object) => ({
  R: resource('IAM::Policy', { PolicyDocument: policy({ Effect: 'Allow', ...statement }) }),
})
const table = 'arn:aws:dynamodb:eu-west-1:1:table/t'

export const roleAction: Cases = {
  passes: [
    { of: 'an action', resources: role({ Action: 'dynamodb:GetItem', Resource: table }) },
    { of: 'actions of a kind', resources: role({ Action: ['dynamodb:Get*'], Resource: table }) },
    { of: 'a refusal of all', resources: role({ Effect: 'Deny', Action: '*', Resource: '*' }) },
    {
      of: 'AWS’s policy for logs',
      resources: {
        R: resource('IAM::Role', {
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        }),
      },
    },
  ],
  breaks: [
    {
      of: 'all actions of a service, and of all',
      resources: role({ Action: ['s3:*', '*'], Resource: table }),
      findings: ['ZT-ROLE-ACTION[s3:*]', 'ZT-ROLE-ACTION[*]'],
    },
    {
      of: 'any service',
      resources: role({ Action: '*:Get', Resource: table }),
      findings: ['ZT-ROLE-ACTION[*:Get]'],
    },
    {
      of: 'all in more signs',
      resources: role({ Action: 's3:?*', Resource: table }),
      findings: ['ZT-ROLE-ACTION[s3:?*]'],
    },
    {
      of: 'all but one',
      resources: role({ NotAction: 'iam:*', Resource: table }),
      findings: ['ZT-ROLE-ACTION[NotAction]'],
    },
    {
      of: 'inline in a role',
      resources: {
        R: resource('IAM::Role', {
          Policies: [
            { PolicyName: 'p', PolicyDocument: policy({ Effect: 'Allow', Action: 's3:*', Resource: table }) },
          ],
        }),
      },
      findings: ['ZT-ROLE-ACTION[s3:*]'],
    },
    {
      of: 'AWS’s policy for administrators',
      resources: {
        R: resource('IAM::User', {
          ManagedPolicyArns: [
            { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':iam::aws:policy/AdministratorAccess']] },
          ],
        }),
      },
      findings: ['ZT-ROLE-ACTION[AdministratorAccess]'],
    },
    {
      of: 'a permission set',
      resources: {
        R: resource('SSO::PermissionSet', {
          ManagedPolicies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'],
        }),
      },
      findings: ['ZT-ROLE-ACTION[AmazonS3FullAccess]'],
    },
  ],
  unknown: [
    {
      of: 'an action that is a parameter',
      resources: role({ Action: ref('P'), Resource: table }),
      sections: parameter,
      findings: ['ZT-ROLE-ACTION[unjudged]'],
    },
    {
      of: 'a document that is none',
      resources: { R: resource('IAM::Policy', { PolicyDocument: [] }) },
      findings: ['ZT-ROLE-ACTION[unjudged]'],
    },
  ],
}

export const roleResource: Cases = {
  passes: [
    { of: 'a table', resources: role({ Action: 'dynamodb:GetItem', Resource: table }) },
    {
      of: 'what has a reference',
      resources: {
        ...role({ Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['T', 'Arn'] } }),
        T: resource('DynamoDB::Table'),
      },
    },
    {
      of: 'tables of a name',
      resources: role({
        Action: 'dynamodb:GetItem',
        Resource: 'arn:aws:dynamodb:eu-west-1:1:table/orders-*',
      }),
    },
    { of: 'objects of a bucket', resources: role({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }) },
    {
      of: 'traces, which are no resources',
      resources: role({ Action: ['xray:PutTraceSegments', 'XRAY:PutTelemetryRecords'], Resource: '*' }),
    },
    { of: 'a refusal', resources: role({ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }) },
    {
      of: 'a resource that a nested stack is given',
      resources: {
        N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json', Parameters: { T: table } }),
      },
      assets: {
        'n.json': {
          Parameters: { T: {} },
          Resources: role({ Action: 'dynamodb:GetItem', Resource: ref('T') }),
        },
      },
    },
    {
      of: 'a resource that a nested stack tells',
      resources: {
        ...role({ Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['N', 'Outputs.T'] } }),
        N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json' }),
      },
      assets: { 'n.json': { Resources: {}, Outputs: { T: { Value: table } } } },
    },
  ],
  breaks: [
    {
      of: 'everything, each action by itself',
      resources: role({ Action: ['s3:GetObject', 'xray:PutTraceSegments', 's3:PutObject'], Resource: '*' }),
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]', 'ZT-ROLE-RESOURCE[s3:PutObject]'],
    },
    {
      of: 'everything among others',
      resources: role({ Action: 's3:GetObject', Resource: ['arn:aws:s3:::b/*', '*'] }),
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
    {
      of: 'all buckets',
      resources: role({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::*' }),
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
    {
      of: 'all of a service',
      resources: role({
        Action: 'logs:PutLogEvents',
        Resource: sub('arn:aws:logs:<AWS::Region>:<AWS::AccountId>:*'),
      }),
      findings: ['ZT-ROLE-RESOURCE[logs:PutLogEvents]'],
    },
    {
      of: 'all tables',
      resources: role({
        Action: 'dynamodb:GetItem',
        Resource: sub('arn:aws:dynamodb:<AWS::Region>:*:table/*'),
      }),
      findings: ['ZT-ROLE-RESOURCE[dynamodb:GetItem]'],
    },
    {
      of: 'all but one',
      resources: role({ Action: 's3:GetObject', NotResource: table }),
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
    {
      of: 'more than traces',
      resources: role({ Action: 'xray:*', Resource: '*' }),
      findings: ['ZT-ROLE-RESOURCE[xray:*]'],
    },
    {
      of: 'everything, by what another stack says',
      resources: role({ Action: 's3:GetObject', Resource: { 'Fn::ImportValue': 'e' } }),
      beside: [{ Resources: {}, Outputs: { O: { Value: '*', Export: { Name: 'e' } } } }],
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
    {
      of: 'everything, by what a nested stack is given',
      resources: {
        N: resource('CloudFormation::Stack', { TemplateURL: 'https://b/n.json', Parameters: { T: '*' } }),
      },
      assets: { 'n.json': { Resources: role({ Action: 's3:GetObject', Resource: ref('T') }) } },
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
    {
      of: 'everything, by parts',
      resources: role({
        Action: 's3:GetObject',
        Resource: { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,*'] }] },
      }),
      findings: ['ZT-ROLE-RESOURCE[s3:GetObject]'],
    },
  ],
  unknown: [
    {
      of: 'a resource that is a parameter',
      resources: role({ Action: 's3:GetObject', Resource: ref('P') }),
      sections: parameter,
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
    {
      of: 'what no stack of the app exports',
      resources: role({ Action: 's3:GetObject', Resource: { 'Fn::ImportValue': 'x' } }),
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
    {
      of: 'parts of what is not known',
      resources: {
        ...role({
          Action: 's3:GetObject',
          Resource: { 'Fn::Select': [0, { 'Fn::Split': [':', ref('T')] }] },
        }),
        T: resource('DynamoDB::Table'),
      },
      findings: ['ZT-ROLE-RESOURCE[unjudged]'],
    },
  ],
}
