import type { Resource } from '../template/template.ts'
import type { Value } from '../template/value.ts'

/** Of a list each item. */
const each = '[]'

/**
 * Where resources of a type keep the policy that says who may use them. Without `AWS::ApiGateway::RestApi`: its policy stands before
 * whoever asks for access, and opens nothing by itself but to those who sign with IAM (api/policy.ts).
 */
const paths: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::DomainNameV2': ['Policy'],
  'AWS::Backup::BackupVault': ['AccessPolicy'],
  'AWS::Backup::LogicallyAirGappedBackupVault': ['AccessPolicy'],
  'AWS::CloudTrail::ResourcePolicy': ['ResourcePolicy'],
  'AWS::CodeArtifact::Domain': ['PermissionsPolicyDocument'],
  'AWS::CodeArtifact::Repository': ['PermissionsPolicyDocument'],
  'AWS::DynamoDB::GlobalTable': ['Replicas', each, 'ResourcePolicy', 'PolicyDocument'],
  'AWS::DynamoDB::Table': ['ResourcePolicy', 'PolicyDocument'],
  'AWS::EC2::VPCEndpoint': ['PolicyDocument'],
  'AWS::ECR::RegistryPolicy': ['PolicyText'],
  'AWS::ECR::Repository': ['RepositoryPolicyText'],
  'AWS::EFS::FileSystem': ['FileSystemPolicy'],
  'AWS::Elasticsearch::Domain': ['AccessPolicies'],
  'AWS::EventSchemas::RegistryPolicy': ['Policy'],
  'AWS::Events::EventBus': ['Policy'],
  'AWS::Events::EventBusPolicy': [],
  'AWS::IAM::Role': ['AssumeRolePolicyDocument'],
  'AWS::KMS::Key': ['KeyPolicy'],
  'AWS::KMS::ReplicaKey': ['KeyPolicy'],
  'AWS::Kinesis::ResourcePolicy': ['ResourcePolicy'],
  'AWS::Lambda::ResourcePolicy': ['PolicyDocument'],
  'AWS::Logs::LogGroup': ['ResourcePolicyDocument'],
  'AWS::Logs::ResourcePolicy': ['PolicyDocument'],
  'AWS::OpenSearchService::Domain': ['AccessPolicies'],
  'AWS::MSK::ClusterPolicy': ['Policy'],
  'AWS::S3::AccessPoint': ['Policy'],
  'AWS::S3::BucketPolicy': ['PolicyDocument'],
  'AWS::S3::MultiRegionAccessPointPolicy': ['Policy'],
  'AWS::S3Express::AccessPoint': ['Policy'],
  'AWS::S3Express::BucketPolicy': ['PolicyDocument'],
  'AWS::S3ObjectLambda::AccessPointPolicy': ['PolicyDocument'],
  'AWS::S3Tables::TableBucketPolicy': ['ResourcePolicy'],
  'AWS::S3Tables::TablePolicy': ['ResourcePolicy'],
  'AWS::S3Vectors::VectorBucketPolicy': ['Policy'],
  'AWS::SNS::TopicInlinePolicy': ['PolicyDocument'],
  'AWS::SNS::TopicPolicy': ['PolicyDocument'],
  'AWS::SQS::QueueInlinePolicy': ['PolicyDocument'],
  'AWS::SQS::QueuePolicy': ['PolicyDocument'],
  'AWS::SSM::ResourcePolicy': ['Policy'],
  'AWS::SecretsManager::ResourcePolicy': ['ResourcePolicy'],
  'AWS::VpcLattice::AuthPolicy': ['Policy'],
  'AWS::VpcLattice::ResourcePolicy': ['Policy'],
}

export const resourcePolicyTypes: readonly string[] = Object.keys(paths)

/** Each policy of a resource. One that is absent, too: to some types that means something. */
export const resourcePoliciesOf = (resource: Resource): Value[] =>
  (paths[resource.type] ?? []).reduce<Value[]>(
    (values, name) => values.flatMap(value => (name === each ? value.items() : [value.get(name)])),
    [resource.properties],
  )
