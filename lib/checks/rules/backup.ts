import { breach, type Rule } from '../rule.ts'
import type { Value } from '../template/value.ts'

const isRecoverable = (place: Value): boolean =>
  place.get('PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled').flag() === true

export const backup: Rule = {
  id: 'ZT-BACKUP',
  title: 'What was written by mistake, or by an intruder, can be undone',
  fix: 'Turn point-in-time recovery on; for databases keep automatic backups.',
  types: [
    'AWS::DynamoDB::Table',
    'AWS::DynamoDB::GlobalTable',
    'AWS::RDS::DBCluster',
    'AWS::RDS::DBInstance',
  ],
  *judge(resource) {
    const why = 'there is no way back to an earlier moment'
    if (resource.type === 'AWS::DynamoDB::Table') {
      if (!isRecoverable(resource.properties))
        yield breach(resource.get('PointInTimeRecoverySpecification'), why)
    } else if (resource.type === 'AWS::DynamoDB::GlobalTable') {
      const replicas = resource.get('Replicas').items()
      if (replicas.length === 0 || !replicas.every(isRecoverable)) yield breach(resource.get('Replicas'), why)
    } else if (resource.get('BackupRetentionPeriod').number() === 0) {
      yield breach(resource.get('BackupRetentionPeriod'), why)
    }
  },
}
