import { Aws, Names } from 'aws-cdk-lib'
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledgeByDesign } from '../acknowledged.ts'
import { auditColumns, hiveType } from './columns.ts'
import { partitions } from './delivery.ts'
import { auditQueries } from './queries.ts'

const tableName = 'events'

export interface AuditCatalog {
  /** Glue's name of the database, whose one table is `events`. */
  readonly databaseName: string
  /** Athena's name of the workgroup that has the ready queries. */
  readonly workGroupName: string
}

/** Makes the events a table of Athena's, and three questions of it ready. */
export function createCatalog(scope: Construct, bucket: Bucket): AuditCatalog {
  const databaseName = Names.uniqueResourceName(scope, { maxLength: 200, separator: '_' }).toLowerCase()
  const workGroupName = Names.uniqueResourceName(scope, {
    maxLength: 128,
    separator: '-',
    allowedSpecialCharacters: '-',
  })
  const database = new CfnDatabase(scope, 'Database', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: { name: databaseName, description: `Audit trail ${scope.node.path}` },
  })
  const table = new CfnTable(scope, 'Table', {
    catalogId: Aws.ACCOUNT_ID,
    databaseName,
    tableInput: {
      name: tableName,
      description: 'A decision of a door: API Activity (6003) of OCSF. docs/audit.md',
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: ['region', 'accountid', 'eventday'].map(name => ({ name, type: 'string' })),
      parameters: {
        EXTERNAL: 'TRUE',
        classification: 'json',
        compressionType: 'gzip',
        ...projection(bucket),
      },
      storageDescriptor: {
        columns: Object.entries(auditColumns).map(([name, column]) => ({ name, type: hiveType(column) })),
        location: `s3://${bucket.bucketName}/`,
        inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        compressed: true,
        serdeInfo: {
          serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
          // One line that is no event must not hide all others. `sallyport audit verify` names it.
          parameters: { 'ignore.malformed.json': 'true' },
        },
      },
    },
  })
  table.addResourceDependency(database)
  const workGroup = createWorkGroup(scope, workGroupName)
  for (const [id, { name, description, sql }] of Object.entries(
    auditQueries(`"${databaseName}"."${tableName}"`),
  )) {
    const query = new CfnNamedQuery(scope, id, {
      name,
      description,
      database: databaseName,
      queryString: sql,
      workGroup: workGroupName,
    })
    query.addResourceDependency(workGroup)
  }
  return { databaseName, workGroupName }
}

/** Where Athena puts the value of a partition. */
const value = (partition: string): string => `\${${partition}}`

/** Athena works out partitions by itself: none is ever added. https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html */
const projection = ({ bucketName }: Bucket): Record<string, string> => ({
  'projection.enabled': 'true',
  'projection.region.type': 'enum',
  'projection.region.values': Aws.REGION,
  'projection.accountid.type': 'enum',
  'projection.accountid.values': Aws.ACCOUNT_ID,
  'projection.eventday.type': 'date',
  'projection.eventday.format': 'yyyyMMdd',
  'projection.eventday.range': '20260101,NOW',
  'projection.eventday.interval': '1',
  'projection.eventday.interval.unit': 'DAYS',
  'storage.location.template': `s3://${bucketName}/${partitions(value('region'), value('accountid'), value('eventday'))}`,
})

/** Results lie encrypted with Athena, for a day, and in no bucket: whoever asks cannot have them put elsewhere. */
function createWorkGroup(scope: Construct, name: string): CfnWorkGroup {
  const workGroup = new CfnWorkGroup(scope, 'WorkGroup', {
    name,
    description: `Audit trail ${scope.node.path}`,
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: true,
      managedQueryResultsConfiguration: { enabled: true },
    },
  })
  acknowledgeByDesign(workGroup, 'auditQueries')
  return workGroup
}
