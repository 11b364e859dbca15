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
const bucket = 'AWS::S3::Bucket'

export const notNeeded: readonly NotNeeded[] = [
  {
    type: 'AWS::SNS::Topic',
    property: 'DataProtectionPolicy',
    actions: ['sns:PutDataProtectionPolicy'],
  },
  {
    type: table,
    property: 'ImportSourceSpecification',
    actions: ['dynamodb:DescribeImport', 'dynamodb:ImportTable', 'logs:PutLogEvents', 's3:GetObjectMetadata'],
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
    actions: ['logs:DeleteDataProtectionPolicy', 'logs:PutDataProtectionPolicy', 's3:REST.PUT.OBJECT'],
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
  { type: bucket, property: 'AccelerateConfiguration', actions: ['s3:PutAccelerateConfiguration'] },
  {
    type: bucket,
    property: 'AnalyticsConfigurations',
    actions: ['s3:DeleteBucketAnalyticsConfiguration', 's3:PutAnalyticsConfiguration'],
  },
  { type: bucket, property: 'AbacStatus', actions: ['s3:PutBucketAbac'] },
  { type: bucket, property: 'AccessControl', actions: ['s3:PutBucketAcl', 's3:PutObjectAcl'] },
  { type: bucket, property: 'CorsConfiguration', actions: ['s3:DeleteBucketCors', 's3:PutBucketCORS'] },
  { type: bucket, property: 'LoggingConfiguration', actions: ['s3:PutBucketLogging'] },
  {
    type: bucket,
    property: 'MetricsConfigurations',
    actions: ['s3:DeleteBucketMetricsConfiguration', 's3:PutMetricsConfiguration'],
  },
  { type: bucket, property: 'NotificationConfiguration', actions: ['s3:PutBucketNotification'] },
  {
    type: bucket,
    property: 'ReplicationConfiguration',
    actions: ['s3:DeleteBucketReplication', 's3:PutBucketReplication', 's3:PutReplicationConfiguration'],
  },
  {
    type: bucket,
    property: 'WebsiteConfiguration',
    actions: ['s3:DeleteBucketWebsite', 's3:PutBucketWebsite'],
  },
  {
    type: bucket,
    property: 'IntelligentTieringConfigurations',
    actions: ['s3:PutIntelligentTieringConfiguration'],
  },
  { type: bucket, property: 'InventoryConfigurations', actions: ['s3:PutInventoryConfiguration'] },
  {
    type: bucket,
    property: 'MetadataTableConfiguration',
    actions: [
      's3:CreateBucketMetadataTableConfiguration',
      's3:DeleteBucketMetadataTableConfiguration',
      's3:UpdateBucketMetadataAnnotationTableConfiguration',
      's3:UpdateBucketMetadataInventoryTableConfiguration',
      's3:UpdateBucketMetadataJournalTableConfiguration',
      's3tables:CreateNamespace',
      's3tables:CreateTable',
      's3tables:CreateTableBucket',
      's3tables:GetTable',
      's3tables:GetTableMetadataLocation',
      's3tables:PutTableBucketPolicy',
      's3tables:PutTableEncryption',
      's3tables:PutTablePolicy',
      's3tables:UpdateTableMetadataLocation',
    ],
  },
  {
    type: bucket,
    property: null,
    reason: 'no right to objects, which it empties of nothing; and a name that IAM does not list',
    actions: ['s3:DeleteObject', 's3:PutObjectLockConfiguration'],
  },
  {
    type: 'AWS::Glue::Database',
    property: null,
    reason: 'databases of other catalogs, behind a connection',
    actions: [
      'glue:CreateConnection',
      'glue:DeleteConnection',
      'glue:GetConnection',
      'glue:PassConnection',
      'glue:UpdateConnection',
    ],
  },
  {
    type: 'AWS::Glue::Database',
    property: null,
    reason: 'accounts whose catalog Lake Formation governs: whoever does that grants it',
    actions: [
      'lakeformation:DescribeLakeFormationIdentityCenterConfiguration',
      'lakeformation:DescribeResource',
      'lakeformation:ListResources',
    ],
  },
  {
    type: 'AWS::Glue::Table',
    property: null,
    reason: 'the same',
    actions: [
      'lakeformation:CreateTable',
      'lakeformation:GetDataAccess',
      'lakeformation:DescribeLakeFormationIdentityCenterConfiguration',
      'lakeformation:DescribeResource',
      'lakeformation:ListResources',
    ],
  },
  {
    type: 'AWS::Glue::Table',
    property: null,
    reason: 'tables whose schema is in a registry, of other catalogs, or in Iceberg',
    actions: ['glue:GetSchemaVersion', 'glue:PassConnection', 's3:PutObject'],
  },
  {
    type: 'AWS::Athena::WorkGroup',
    property: null,
    reason: 'results in a bucket of one’s own',
    actions: [
      's3:AbortMultipartUpload',
      's3:GetBucketLocation',
      's3:ListBucketMultipartUploads',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ],
  },
  {
    type: 'AWS::SecretsManager::Secret',
    property: 'ReplicaRegions',
    actions: ['secretsmanager:RemoveRegionsFromReplication', 'secretsmanager:ReplicateSecretToRegions'],
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
    actions: ['firehose:ListDeliveryStreams', 'iam:DescribeOrganization'],
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
