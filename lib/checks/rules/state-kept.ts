import { breach, type Rule } from '../rule.ts'
import type { Resource } from '../template/template.ts'

const flag =
  (name: string) =>
  (resource: Resource): boolean =>
    resource.get(name).flag() === true

/** Of each type, what protects it from deletion beside its template's policy. */
const protectedBy: Readonly<Record<string, (resource: Resource) => boolean>> = {
  'AWS::Cognito::UserPool': pool => pool.get('DeletionProtection').text() === 'ACTIVE',
  'AWS::DynamoDB::GlobalTable': table =>
    table
      .get('Replicas')
      .items()
      .every(replica => replica.get('DeletionProtectionEnabled').flag() === true) &&
    table.get('Replicas').isPresent,
  'AWS::DynamoDB::Table': flag('DeletionProtectionEnabled'),
  'AWS::KMS::Key': () => false,
  'AWS::RDS::DBCluster': flag('DeletionProtection'),
  // In a cluster it holds nothing of its own.
  'AWS::RDS::DBInstance': instance =>
    instance.get('DBClusterIdentifier').isPresent || flag('DeletionProtection')(instance),
}

const keeping = ['Retain', 'RetainExceptOnCreate', 'Snapshot']

export const stateKept: Rule = {
  id: 'ZT-STATE-KEPT',
  title: 'What holds state is not lost with its stack, or by a change that replaces it',
  fix: 'Turn deletion protection on; or set DeletionPolicy and UpdateReplacePolicy to Retain (CDK: RemovalPolicy.RETAIN).',
  types: Object.keys(protectedBy),
  *judge(resource) {
    const policies = [resource.attribute('DeletionPolicy'), resource.attribute('UpdateReplacePolicy')]
    if (policies.every(policy => policy !== undefined && keeping.includes(policy))) return
    if (protectedBy[resource.type]?.(resource) !== true)
      yield breach('Properties', 'it goes when its stack goes, or when it is replaced')
  },
}
