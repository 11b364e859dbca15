/** Actions that AWS's registry lists for a type, and our stacks do not take. */
export interface NotNeeded {
  readonly type: string
  /** The action is for this property, which our templates do not have. Null: for the reason. */
  readonly property: string | null
  readonly reason?: string
  readonly actions: readonly string[]
}

const table = 'AWS::DynamoDB::Table'
const lambda = 'AWS::Lambda::Function'
const logGroup = 'AWS::Logs::LogGroup'

export const notNeeded: readonly NotNeeded[] = [
  {
    type: table,
    property: 'ImportSourceSpecification',
    actions: [
      'dynamodb:DescribeImport',
      'dynamodb:ImportTable',
      'logs:CreateLogStream',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      's3:GetObjectMetadata',
      's3:ListBucket',
    ],
  },
  {
    type: table,
    property: 'GlobalTableSettingsReplicationMode',
    actions: ['dynamodb:AssociateTableReplica'],
  },
  {
    type: table,
    property: null,
    reason: 'copying items to replicas, which are of AWS::DynamoDB::GlobalTable',
    actions: [
      'dynamodb:BatchWriteItem',
      'dynamodb:CreateTableReplica',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
    ],
  },
  {
    type: table,
    property: 'ResourcePolicy',
    actions: ['dynamodb:PutResourcePolicy', 'dynamodb:DeleteResourcePolicy'],
  },
  {
    type: table,
    property: 'KinesisStreamSpecification',
    actions: [
      'dynamodb:DisableKinesisStreamingDestination',
      'dynamodb:EnableKinesisStreamingDestination',
      'dynamodb:UpdateKinesisStreamingDestination',
      'kinesis:DescribeStream',
      'kinesis:PutRecords',
    ],
  },
  {
    type: table,
    property: 'ContributorInsightsSpecification',
    actions: ['dynamodb:UpdateContributorInsights'],
  },
  {
    type: lambda,
    property: 'FileSystemConfigs',
    actions: ['elasticfilesystem:DescribeMountTargets', 's3files:ListMountTargets'],
  },
  { type: lambda, property: 'RuntimeManagementConfig', actions: ['lambda:PutRuntimeManagementConfig'] },
  { type: lambda, property: 'RecursiveLoop', actions: ['lambda:PutFunctionRecursionConfig'] },
  { type: lambda, property: 'FunctionScalingConfig', actions: ['lambda:PutFunctionScalingConfig'] },
  { type: lambda, property: 'PublishToLatestPublished', actions: ['lambda:PublishVersion'] },
  {
    type: lambda,
    property: 'CapacityProviderConfig',
    actions: ['lambda:PassCapacityProvider', 'lambda:AssociateRuntimeAlias'],
  },
  {
    type: 'AWS::EC2::SecurityGroup',
    property: 'SecurityGroupIngress',
    actions: [
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:RevokeSecurityGroupIngress',
      'ec2:UpdateSecurityGroupRuleDescriptionsIngress',
    ],
  },
  {
    type: 'AWS::IAM::Policy',
    property: 'Users',
    actions: ['iam:DeleteUserPolicy', 'iam:GetUserPolicy', 'iam:PutUserPolicy'],
  },
  {
    type: 'AWS::IAM::Policy',
    property: 'Groups',
    actions: ['iam:DeleteGroupPolicy', 'iam:GetGroupPolicy', 'iam:PutGroupPolicy'],
  },
  {
    type: 'AWS::IAM::Role',
    property: 'PermissionsBoundary',
    actions: ['iam:DeleteRolePermissionsBoundary', 'iam:PutRolePermissionsBoundary'],
  },
  {
    type: logGroup,
    property: 'DataProtectionPolicy',
    actions: [
      'firehose:TagDeliveryStream',
      'logs:DeleteDataProtectionPolicy',
      'logs:PutDataProtectionPolicy',
      's3:REST.PUT.OBJECT',
    ],
  },
  {
    type: logGroup,
    property: 'FieldIndexPolicies',
    actions: ['logs:DeleteIndexPolicy', 'logs:PutIndexPolicy'],
  },
  {
    type: logGroup,
    property: 'BearerTokenAuthenticationEnabled',
    actions: ['logs:PutBearerTokenAuthentication'],
  },
  {
    type: 'AWS::WAFv2::WebACL',
    property: null,
    reason: 'groups of rules that are bought in the marketplace',
    actions: ['payments:GetConnectedAccount'],
  },
  {
    type: 'AWS::WAFv2::LoggingConfiguration',
    property: null,
    reason: 'logs that go to S3 or Firehose',
    actions: [
      'firehose:ListDeliveryStreams',
      'iam:DescribeOrganization',
      's3:GetBucketPolicy',
      's3:PutBucketPolicy',
    ],
  },
  {
    type: 'AWS::WAFv2::WebACLAssociation',
    property: null,
    reason: 'what is protected is a stage of API Gateway, not one of these',
    actions: [
      'amplify:AssociateWebACL',
      'amplify:DisassociateWebACL',
      'amplify:GetWebACLForResource',
      'apprunner:AssociateWebAcl',
      'apprunner:DescribeWebAclForService',
      'apprunner:DisassociateWebAcl',
      'appsync:AssociateWebACL',
      'appsync:DisassociateWebACL',
      'appsync:GetWebACLForResource',
      'appsync:SetWebACL',
      'bedrock-agentcore:GatewayAssociateWebACL',
      'bedrock-agentcore:GatewayDisassociateWebACL',
      'bedrock-agentcore:GatewayGetWebACLForResource',
      'cognito-idp:AssociateWebACL',
      'cognito-idp:DisassociateWebACL',
      'cognito-idp:GetWebACLForResource',
      'ec2:AssociateVerifiedAccessInstanceWebAcl',
      'ec2:DescribeVerifiedAccessInstanceWebAclAssociations',
      'ec2:DisassociateVerifiedAccessInstanceWebAcl',
      'ec2:GetVerifiedAccessInstanceWebAcl',
      'elasticloadbalancing:CreateWebACLAssociation',
      'elasticloadbalancing:DeleteWebACLAssociation',
      'elasticloadbalancing:GetLoadBalancerWebACL',
      'elasticloadbalancing:SetWebACL',
      'wafv2:GetPermissionPolicy',
      'wafv2:PutPermissionPolicy',
    ],
  },
]

/** Allowed by the policy though no type in a deployment of the tests asks for it. */
export const beyondTheRegistry: Readonly<Record<string, string>> = {
  'apigateway:AddCertificateToDomain':
    'API Gateway asks for it beside POST and PATCH where a domain has a truststore',
  'apigateway:RemoveCertificateFromDomain': 'the same, where the truststore goes',
  'ssm:GetParameters':
    'every template names the version of the bootstrap stack as a parameter of Systems Manager',
}
