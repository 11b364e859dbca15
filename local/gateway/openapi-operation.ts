import { describe, RefusedTemplateError, UnsupportedTemplateError, unsupportedValue } from '../unsupported.ts'
import { type ApiIdentity, assignedId } from './api-identity.ts'
import { arrayAt, booleanAt, closedObjectAt, integerAt, objectAt, oneOf, stringAt } from './document.ts'
import { readInvocationUri } from './openapi-security.ts'
import type { AuthorizerDefinition, Operation, ParameterName } from './operation.ts'
import { parameterNames, readPathTemplate } from './path-template.ts'

const INTEGRATION = 'x-amazon-apigateway-integration'
const VALIDATOR = 'x-amazon-apigateway-request-validator'
const OPERATION = [
  'summary',
  'description',
  'tags',
  'operationId',
  'deprecated',
  'externalDocs',
  'parameters',
  'requestBody',
  'responses',
  'security',
  INTEGRATION,
  VALIDATOR,
]
/** The default and, unless the account's quota was raised, the longest (platform-facts §5.4). */
const TIMEOUT_MS = { min: 50, max: 29_000 }

/** What an operation may refer to by name. */
export interface Declared {
  api: ApiIdentity
  authorizers: ReadonlyMap<string, AuthorizerDefinition>
  /** By name: whether the validator checks parameters. */
  validators: ReadonlyMap<string, boolean>
}

/** Reads one operation of a path item. `key` is its member name there. */
export function readOperation(
  value: unknown,
  at: { path: string; key: string; method: Operation['method'] },
  declared: Declared,
): Operation {
  const place = `paths.${at.path}.${at.key}`
  const operation = closedObjectAt(value, place, OPERATION)
  const parameters = readParameters(operation.parameters ?? [], `${place}.parameters`, at.path)
  return {
    method: at.method,
    path: at.path,
    resourceId: assignedId(declared.api.apiId, 'resource', at.path),
    ...readIntegration(operation[INTEGRATION], `${place}.${INTEGRATION}`),
    authorizer: readSecurity(operation.security, `${place}.security`, declared.authorizers),
    requiredParameters: checksParameters(operation[VALIDATOR], `${place}.${VALIDATOR}`, declared.validators)
      ? parameters.filter(parameter => parameter.required)
      : [],
  }
}

function readIntegration(value: unknown, place: string): { functionArn: string; timeoutMs: number } {
  if (value === undefined) {
    throw new RefusedTemplateError(place, 'AWS refuses to deploy a method without an integration; add one')
  }
  const fields = ['type', 'httpMethod', 'uri', 'passthroughBehavior', 'timeoutInMillis']
  // Before the fields: another type has others, and is what should be reported.
  oneOf(objectAt(value, place).type, `${place}.type`, ['aws_proxy'])
  const integration = closedObjectAt(value, place, fields)
  // Lambda is invoked by POST, whatever the method of the operation.
  oneOf(integration.httpMethod, `${place}.httpMethod`, ['POST'])
  // Has no effect on a proxy integration.
  oneOf(integration.passthroughBehavior ?? 'when_no_match', `${place}.passthroughBehavior`, [
    'when_no_match',
    'when_no_templates',
    'never',
  ])
  return {
    functionArn: readInvocationUri(integration.uri, `${place}.uri`),
    timeoutMs: integerAt(
      integration.timeoutInMillis ?? TIMEOUT_MS.max,
      `${place}.timeoutInMillis`,
      TIMEOUT_MS,
    ),
  }
}

/** Absent is open to everyone, as for API Gateway; whether that is meant is not for this side to judge. */
function readSecurity(
  value: unknown,
  place: string,
  authorizers: ReadonlyMap<string, AuthorizerDefinition>,
): AuthorizerDefinition | null {
  const [requirement, ...more] = arrayAt(value ?? [], place)
  if (requirement === undefined) return null
  const [scheme, ...others] = Object.entries(objectAt(requirement, `${place}[0]`))
  if (!scheme || more.length > 0 || others.length > 0) {
    throw new UnsupportedTemplateError(place, 'only one security scheme, or [] for none, is supported')
  }
  const [name, scopes] = scheme
  const authorizer = authorizers.get(name)
  if (!authorizer) throw unsupportedValue(place, name, [...authorizers.keys()])
  if (arrayAt(scopes, `${place}[0].${name}`).length > 0) {
    throw new UnsupportedTemplateError(`${place}[0].${name}`, 'a Lambda authorizer has no scopes; write []')
  }
  return authorizer
}

function checksParameters(value: unknown, place: string, validators: ReadonlyMap<string, boolean>): boolean {
  if (value === undefined) return false
  const checks = validators.get(stringAt(value, place))
  if (checks === undefined) throw unsupportedValue(place, value, [...validators.keys()])
  return checks
}

type Parameter = ParameterName & { required: boolean }

function readParameters(value: unknown, place: string, path: string): Parameter[] {
  const inPath = parameterNames(readPathTemplate(path))
  const parameters = arrayAt(value, place).map((item, index) =>
    readParameter(item, `${place}[${index}]`, inPath),
  )
  const names = parameters.map(parameter => parameter.name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new RefusedTemplateError(
      place,
      `Parameter names must be unique across querystring, header and path; '${repeated}' is not`,
    )
  }
  return parameters
}

function readParameter(value: unknown, place: string, inPath: readonly string[]): Parameter {
  const fields = [
    'name',
    'in',
    'required',
    'description',
    'schema',
    'style',
    'explode',
    'deprecated',
    'example',
  ]
  const parameter = closedObjectAt(value, place, fields)
  const name = stringAt(parameter.name, `${place}.name`)
  const where = oneOf(parameter.in, `${place}.in`, ['path', 'query', 'header'])
  if (where === 'path' && !inPath.includes(name)) {
    throw new UnsupportedTemplateError(`${place}.name`, `${describe(name)} is not a parameter of the path`)
  }
  return {
    name,
    in: where === 'query' ? 'querystring' : where,
    required: booleanAt(parameter.required ?? false, `${place}.required`),
  }
}
