import { breach, type Rule } from '../rule.ts'
import type { Resource } from '../template/template.ts'

const on =
  (...path: readonly string[]) =>
  (resource: Resource): boolean =>
    resource.get(...path).flag() === true
const present =
  (...path: readonly string[]) =>
  (resource: Resource): boolean =>
    resource.get(...path).isPresent

/** Of each type whose data is in clear unless something is set, what must be. S3 and DynamoDB encrypt whatever is set. */
const encrypted: Readonly<Record<string, (resource: Resource) => boolean>> = {
  'AWS::DocDB::DBCluster': on('StorageEncrypted'),
  'AWS::EC2::Volume': on('Encrypted'),
  'AWS::EFS::FileSystem': on('Encrypted'),
  'AWS::ElastiCache::ReplicationGroup': on('AtRestEncryptionEnabled'),
  'AWS::Kinesis::Stream': stream => stream.get('StreamEncryption', 'EncryptionType').text() === 'KMS',
  'AWS::Neptune::DBCluster': on('StorageEncrypted'),
  'AWS::OpenSearchService::Domain': on('EncryptionAtRestOptions', 'Enabled'),
  'AWS::RDS::DBCluster': on('StorageEncrypted'),
  // In a cluster it is the cluster's.
  'AWS::RDS::DBInstance': instance =>
    present('DBClusterIdentifier')(instance) || on('StorageEncrypted')(instance),
  'AWS::Redshift::Cluster': on('Encrypted'),
  'AWS::SNS::Topic': present('KmsMasterKeyId'),
  // SQS encrypts with keys of its own since October 2022, unless told not to.
  'AWS::SQS::Queue': queue =>
    present('KmsMasterKeyId')(queue) || queue.get('SqsManagedSseEnabled').flag() !== false,
}

export const encryption: Rule = {
  id: 'ZT-ENCRYPTION',
  title: 'What holds data holds it encrypted',
  fix: 'Turn encryption at rest on, with a key of AWS or of yours.',
  types: Object.keys(encrypted),
  *judge(resource) {
    if (encrypted[resource.type]?.(resource) !== true) yield breach('Properties', 'it keeps data in clear')
  },
}
