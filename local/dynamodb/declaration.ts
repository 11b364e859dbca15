import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { describe, UnsupportedTemplateError } from '../unsupported.ts'

/** The resolved properties of an AWS::DynamoDB::Table or AWS::DynamoDB::GlobalTable. */
export type CreateTableLike = Readonly<Record<string, unknown>>

/** A table as it is created locally. */
export type TableDeclaration = CreateTableCommandInput & { TableName: string }

/** Properties that decide what a request gets. */
const meaningful = [
  'TableName',
  'KeySchema',
  'AttributeDefinitions',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'Replicas',
] as const

/** Properties that change nothing a request can see, and why that is so here. */
const withoutLocalMeaning: Readonly<Record<string, string>> = {
  ProvisionedThroughput: 'the local server does not throttle; capacity is created on demand',
  OnDemandThroughput: 'as ProvisionedThroughput',
  WriteProvisionedThroughputSettings: 'as ProvisionedThroughput',
  WriteOnDemandThroughputSettings: 'as ProvisionedThroughput',
  WarmThroughput: 'as ProvisionedThroughput',
  ContributorInsightsSpecification: 'metrics are not emulated',
  DeletionProtectionEnabled: 'nothing deletes local tables; they end with the process',
  PointInTimeRecoverySpecification: 'data is in memory, there is nothing to recover',
  SSESpecification: 'data never leaves memory, and encryption at rest is invisible to requests',
  TableClass: 'a matter of price',
  Tags: 'a matter of accounting',
  // AWS deletes "within a few days" of the time, so a program that is correct there is correct without.
  TimeToLiveSpecification:
    'expired items may stay for days in AWS as well; the product compares the time itself',
}

/** The same for one entry of a global table's Replicas. */
const replicaMembers = new Set([
  'Region',
  'ContributorInsightsSpecification',
  'DeletionProtectionEnabled',
  'GlobalSecondaryIndexes',
  'PointInTimeRecoverySpecification',
  'ReadOnDemandThroughputSettings',
  'ReadProvisionedThroughputSettings',
  'SSESpecification',
  'TableClass',
  'Tags',
])

/**
 * Reads a table of the template into what the local server creates.
 * Throws `UnsupportedTemplateError` for a property that is neither emulated nor known to be without local meaning, for a missing name,
 * and for a global table of more than one region.
 */
export function readTable(properties: CreateTableLike): TableDeclaration {
  const { TableName: name } = properties
  if (typeof name !== 'string' || name === '') {
    throw new UnsupportedTemplateError(
      'AWS::DynamoDB::Table.TableName',
      `${describe(name)} is not supported; give the resolved name`,
    )
  }
  const place = `AWS::DynamoDB::Table '${name}'`
  const allowed = [...meaningful, ...Object.keys(withoutLocalMeaning)]
  for (const key of Object.keys(properties)) {
    if (!allowed.includes(key)) {
      throw unsupportedProperty(place, key, allowed)
    }
  }
  checkReplicas(place, properties.Replicas)
  return {
    TableName: name,
    KeySchema: properties.KeySchema as TableDeclaration['KeySchema'],
    AttributeDefinitions: properties.AttributeDefinitions as TableDeclaration['AttributeDefinitions'],
    // Provisioned tables as well: see ProvisionedThroughput above.
    BillingMode: 'PAY_PER_REQUEST',
    ...indexes(place, 'GlobalSecondaryIndexes', properties),
    ...indexes(place, 'LocalSecondaryIndexes', properties),
  }
}

function checkReplicas(place: string, replicas: unknown): void {
  if (replicas === undefined) return
  if (!Array.isArray(replicas) || replicas.length !== 1) {
    throw new UnsupportedTemplateError(
      `${place}.Replicas`,
      'only one replica is supported; the local cloud is one region',
    )
  }
  for (const key of Object.keys(replicas[0] as object)) {
    if (!replicaMembers.has(key)) {
      throw unsupportedProperty(`${place}.Replicas[0]`, key, [...replicaMembers])
    }
  }
}

const indexMembers = new Set(['IndexName', 'KeySchema', 'Projection'])

function indexes(
  place: string,
  kind: 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes',
  properties: CreateTableLike,
) {
  const given = properties[kind] as Record<string, unknown>[] | undefined
  if (given === undefined) return {}
  for (const index of given) {
    for (const key of Object.keys(index)) {
      if (!indexMembers.has(key) && !(key in withoutLocalMeaning)) {
        throw unsupportedProperty(`${place}.${kind}`, key, [...indexMembers])
      }
    }
  }
  return {
    [kind]: given.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })),
  }
}

function unsupportedProperty(
  place: string,
  key: string,
  supported: readonly string[],
): UnsupportedTemplateError {
  return new UnsupportedTemplateError(
    place,
    `property ${key} is not supported; supported: ${supported.join(', ')}`,
  )
}
