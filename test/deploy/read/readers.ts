import { expect } from 'vitest'
import type { Deployed } from '../deployed.ts'
import { isNotHeld, typesNotHeld } from '../not-held.ts'
import { lambdaFunction, layerVersion, permission } from './functions.ts'
import type { Reader } from './reader.ts'
import { account, deployment, restApi, stage } from './rest-api.ts'
import { role, rolePolicy } from './roles.ts'
import { dashboard, logGroup, table } from './state.ts'

const readers: Readonly<Record<string, Reader>> = {
  'AWS::ApiGateway::Account': account,
  'AWS::ApiGateway::Deployment': deployment,
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': stage,
  'AWS::CloudWatch::Dashboard': dashboard,
  'AWS::DynamoDB::Table': table,
  'AWS::IAM::Policy': rolePolicy,
  'AWS::IAM::Role': role,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::LayerVersion': layerVersion,
  'AWS::Lambda::Permission': permission,
  'AWS::Logs::LogGroup': logGroup,
}

/**
 * Compares every declared property of every resource with what its service says of it.
 *
 * @returns what differed although it is listed as not held, as `type.property`: an entry that is not among these is not needed
 */
export async function expectAsDeclared(origin: string, resources: readonly Deployed[]): Promise<Set<string>> {
  const differing = new Set<string>()
  for (const resource of resources) {
    const { stack, logicalId, type } = resource
    if (typesNotHeld.includes(type)) {
      differing.add(`${type}.null`)
      continue
    }
    const reader = readers[type]
    if (!reader) throw new Error(`nothing reads ${type} back: add a reader, or list it in not-held.ts`)
    const declared = (await reader.declared?.(resource.properties)) ?? resource.properties
    const found = await reader.read(origin, resource)
    for (const [property, value] of Object.entries(declared)) {
      const what = `${stack}.${logicalId}.${property}`
      if (!isNotHeld(type, property)) expect({ [what]: found[property] }).toEqual({ [what]: value })
      else if (!isSame(found[property], value)) differing.add(`${type}.${property}`)
    }
  }
  return differing
}

function isSame(found: unknown, declared: unknown): boolean {
  try {
    expect(found).toEqual(declared)
    return true
  } catch {
    return false
  }
}
