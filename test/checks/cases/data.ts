import { type Cases, resource } from '../support.ts'

const parameter = { Parameters: { P: { Type: 'String' } } }
const ref = (id: string) => ({ Ref: id })
const closed = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: 'true',
}
const bucket = (properties: Readonly<Record<string, unknown>>) => ({ B: resource('S3::Bucket', properties) })

export const bucketPublic: Cases = {
  passes: [{ of: 'all four', resources: bucket({ PublicAccessBlockConfiguration: closed }) }],
  breaks: [
    { of: 'none', resources: bucket({}) },
    {
      of: 'three',
      resources: bucket({ PublicAccessBlockConfiguration: { ...closed, RestrictPublicBuckets: false } }),
    },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: bucket({ PublicAccessBlockConfiguration: { ...closed, BlockPublicAcls: ref('P') } }),
      sections: parameter,
      findings: ['ZT-BUCKET-PUBLIC[unjudged]'],
    },
  ],
}

const arn = { 'Fn::GetAtt': ['B', 'Arn'] }
const refusal = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:*',
  Resource: [arn, { 'Fn::Join': ['', [arn, '/*']] }],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
}
const withPolicy = (statement: object, named: unknown = ref('B'), attributes = {}) => ({
  ...bucket({ BucketName: 'mine' }),
  Y: resource('S3::BucketPolicy', { Bucket: named, PolicyDocument: { Statement: [statement] } }, attributes),
})

export const bucketTls: Cases = {
  passes: [
    { of: 'a refusal', resources: withPolicy(refusal) },
    {
      of: 'a refusal for the bucket by its name',
      resources: withPolicy({ ...refusal, Resource: '*' }, 'mine'),
    },
  ],
  breaks: [
    { of: 'no policy', resources: bucket({}) },
    { of: 'a policy of another bucket', resources: withPolicy(refusal, 'other') },
    {
      of: 'a refusal for the bucket without its objects',
      resources: withPolicy({ ...refusal, Resource: arn }),
    },
    { of: 'a refusal of one action', resources: withPolicy({ ...refusal, Action: 's3:GetObject' }) },
    {
      of: 'a refusal for one account',
      resources: withPolicy({ ...refusal, Principal: { AWS: '111122223333' } }),
    },
    {
      of: 'a refusal of TLS',
      resources: withPolicy({ ...refusal, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    },
    {
      of: 'a refusal with one more condition',
      resources: withPolicy({
        ...refusal,
        Condition: { ...refusal.Condition, StringEquals: { 'aws:UserAgent': 'x' } },
      }),
    },
  ],
  unknown: [
    {
      of: 'a policy on a condition',
      resources: withPolicy(refusal, ref('B'), { Condition: 'C' }),
      findings: ['ZT-BUCKET-TLS[unjudged]'],
    },
    {
      of: 'a policy that is a parameter',
      resources: withPolicy({ ...refusal, Resource: ref('P') }),
      sections: parameter,
      findings: ['ZT-BUCKET-TLS[unjudged]'],
    },
  ],
}

export const encryption: Cases = {
  passes: [
    { of: 'a database', resources: { D: resource('RDS::DBCluster', { StorageEncrypted: true }) } },
    {
      of: 'an instance of a cluster',
      resources: { D: resource('RDS::DBInstance', { DBClusterIdentifier: 'c' }) },
    },
    {
      of: 'a topic with a key',
      resources: { T: resource('SNS::Topic', { KmsMasterKeyId: 'alias/aws/sns' }) },
    },
    { of: 'a queue that says nothing', resources: { Q: resource('SQS::Queue') } },
  ],
  breaks: [
    { of: 'a database', resources: { D: resource('RDS::DBCluster') } },
    {
      of: 'an instance by itself',
      resources: { D: resource('RDS::DBInstance', { StorageEncrypted: false }) },
    },
    { of: 'a topic', resources: { T: resource('SNS::Topic') } },
    {
      of: 'a queue that is told not to',
      resources: { Q: resource('SQS::Queue', { SqsManagedSseEnabled: false }) },
    },
    { of: 'a stream', resources: { S: resource('Kinesis::Stream') } },
    { of: 'a disk', resources: { V: resource('EC2::Volume') } },
    {
      of: 'a search domain',
      resources: {
        O: resource('OpenSearchService::Domain', { EncryptionAtRestOptions: { Enabled: false } }),
      },
    },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { D: resource('EFS::FileSystem', { Encrypted: ref('P') }) },
      sections: parameter,
      findings: ['ZT-ENCRYPTION[unjudged]'],
    },
  ],
}

const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }

export const stateKept: Cases = {
  passes: [
    { of: 'a table that is retained', resources: { T: resource('DynamoDB::Table', {}, retained) } },
    {
      of: 'a table that is protected',
      resources: { T: resource('DynamoDB::Table', { DeletionProtectionEnabled: true }) },
    },
    {
      of: 'all replicas of one',
      resources: {
        T: resource('DynamoDB::GlobalTable', { Replicas: [{ DeletionProtectionEnabled: true }] }),
      },
    },
    {
      of: 'a database with a snapshot',
      resources: {
        D: resource('RDS::DBCluster', {}, { DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' }),
      },
    },
    { of: 'a user pool', resources: { U: resource('Cognito::UserPool', { DeletionProtection: 'ACTIVE' }) } },
    { of: 'a key', resources: { K: resource('KMS::Key', {}, retained) } },
  ],
  breaks: [
    { of: 'a table', resources: { T: resource('DynamoDB::Table') } },
    {
      of: 'a table that is lost when it is replaced',
      resources: { T: resource('DynamoDB::Table', {}, { DeletionPolicy: 'Retain' }) },
    },
    {
      of: 'one replica of two',
      resources: {
        T: resource('DynamoDB::GlobalTable', { Replicas: [{ DeletionProtectionEnabled: true }, {}] }),
      },
    },
    { of: 'a global table without replicas', resources: { T: resource('DynamoDB::GlobalTable') } },
    {
      of: 'a key',
      resources: { K: resource('KMS::Key', {}, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' }) },
    },
    {
      of: 'a user pool',
      resources: { U: resource('Cognito::UserPool', { DeletionProtection: 'INACTIVE' }) },
    },
    { of: 'a database', resources: { D: resource('RDS::DBInstance') } },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { T: resource('DynamoDB::Table', { DeletionProtectionEnabled: ref('P') }) },
      sections: parameter,
      findings: ['ZT-STATE-KEPT[unjudged]'],
    },
  ],
}

const recoverable = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }

export const backup: Cases = {
  passes: [
    { of: 'a table', resources: { T: resource('DynamoDB::Table', recoverable) } },
    {
      of: 'a global table',
      resources: { T: resource('DynamoDB::GlobalTable', { Replicas: [recoverable] }) },
    },
    { of: 'a database that says nothing: a day', resources: { D: resource('RDS::DBInstance') } },
  ],
  breaks: [
    { of: 'a table', resources: { T: resource('DynamoDB::Table') } },
    {
      of: 'one replica of two',
      resources: { T: resource('DynamoDB::GlobalTable', { Replicas: [recoverable, {}] }) },
    },
    { of: 'a database', resources: { D: resource('RDS::DBInstance', { BackupRetentionPeriod: 0 }) } },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { D: resource('RDS::DBCluster', { BackupRetentionPeriod: ref('P') }) },
      sections: parameter,
      findings: ['ZT-BACKUP[unjudged]'],
    },
  ],
}

const fn = (properties: Readonly<Record<string, unknown>> = {}) => ({
  F: resource('Lambda::Function', properties),
})
const named = (name: unknown, attributes = {}) => ({
  G: resource('Logs::LogGroup', { LogGroupName: name, RetentionInDays: 7 }, attributes),
})

const withRetention = (properties: object) => ({
  R: { Type: 'Custom::LogRetention', Properties: { LogGroupName: '/aws/lambda/f', ...properties } },
})

export const logRetention: Cases = {
  passes: [
    { of: 'a log group', resources: { G: resource('Logs::LogGroup', { RetentionInDays: 90 }) } },
    {
      of: 'one of a class that keeps nothing',
      resources: { G: resource('Logs::LogGroup', { LogGroupClass: 'DELIVERY' }) },
    },
    {
      of: 'a function with a log group',
      resources: {
        ...fn({ LoggingConfig: { LogGroup: ref('G') } }),
        G: resource('Logs::LogGroup', { RetentionInDays: 90 }),
      },
    },
    {
      of: 'a function whose group is named for it',
      resources: { ...fn(), ...named({ 'Fn::Join': ['', ['/aws/lambda/', ref('F')]] }) },
    },
    {
      of: 'a function whose group is named as it',
      resources: { ...fn({ FunctionName: 'f' }), ...named('/aws/lambda/f') },
    },
    {
      of: 'a function whose group CDK gives a retention',
      resources: { ...fn({ FunctionName: 'f' }), ...withRetention({ RetentionInDays: 7 }) },
    },
  ],
  breaks: [
    { of: 'a log group', resources: { G: resource('Logs::LogGroup') } },
    { of: 'a function', resources: fn() },
    {
      of: 'a function whose group CDK keeps for ever',
      resources: { ...fn({ FunctionName: 'f' }), ...withRetention({}) },
    },
    {
      of: 'a function beside a group of another',
      resources: { ...fn({ FunctionName: 'f' }), ...named('/aws/lambda/g') },
    },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { G: resource('Logs::LogGroup', { RetentionInDays: ref('P') }) },
      sections: parameter,
      findings: ['ZT-LOG-RETENTION[unjudged]'],
    },
    {
      of: 'a group on a condition',
      resources: { ...fn({ FunctionName: 'f' }), ...named('/aws/lambda/f', { Condition: 'C' }) },
      findings: ['ZT-LOG-RETENTION[unjudged]'],
    },
  ],
}

export const keyRotation: Cases = {
  passes: [
    { of: 'a key', resources: { K: resource('KMS::Key', { EnableKeyRotation: true }) } },
    { of: 'a key that signs', resources: { K: resource('KMS::Key', { KeySpec: 'ECC_NIST_P256' }) } },
    { of: 'a key from elsewhere', resources: { K: resource('KMS::Key', { Origin: 'EXTERNAL' }) } },
  ],
  breaks: [
    { of: 'a key', resources: { K: resource('KMS::Key') } },
    {
      of: 'a symmetric one, by name',
      resources: { K: resource('KMS::Key', { KeySpec: 'SYMMETRIC_DEFAULT', EnableKeyRotation: false }) },
    },
  ],
  unknown: [
    {
      of: 'a parameter',
      resources: { K: resource('KMS::Key', { KeySpec: ref('P') }) },
      sections: parameter,
      findings: ['ZT-KEY-ROTATION[unjudged]'],
    },
  ],
}
