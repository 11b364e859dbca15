import { UnsupportedTemplateError } from '../unsupported.ts'
import type { ApiIdentity } from './api-identity.ts'
import { type IsBinary, readBinaryTypes } from './binary-types.ts'
import { arrayAt, booleanAt, closedObjectAt, objectAt, optionalObjectAt, stringAt } from './document.ts'
import { type GatewayResponses, readGatewayResponses } from './gateway-responses.ts'
import { readOperation } from './openapi-operation.ts'
import { readSecuritySchemes } from './openapi-security.ts'
import { HTTP_METHODS, type Operation } from './operation.ts'

/** What an OpenAPI document with API Gateway's extensions declares, as far as it has an effect at run time. */
export interface ApiDocument {
  operations: readonly Operation[]
  gatewayResponses: GatewayResponses
  isBinary: IsBinary
}

const ANY_METHOD = 'x-amazon-apigateway-any-method'
const VALIDATORS = 'x-amazon-apigateway-request-validators'
const GATEWAY_RESPONSES = 'x-amazon-apigateway-gateway-responses'
const BINARY_TYPES = 'x-amazon-apigateway-binary-media-types'
const DOCUMENT = [
  'openapi',
  'info',
  'servers',
  'tags',
  'externalDocs',
  'paths',
  'components',
  VALIDATORS,
  GATEWAY_RESPONSES,
  BINARY_TYPES,
]
const PATH_ITEM = [...HTTP_METHODS.map(method => method.toLowerCase()), ANY_METHOD, 'summary', 'description']

/**
 * Reads an OpenAPI 3.0 document as API Gateway would import it. Members without an effect at run time (descriptions,
 * schemas, responses) are let through; anything else that is not run here is an error naming its place.
 * @throws UnsupportedTemplateError for what is not supported here
 * @throws RefusedTemplateError for what AWS refuses at import
 */
export function readApiDocument(body: unknown, api: ApiIdentity): ApiDocument {
  const document = closedObjectAt(body, 'Body', DOCUMENT)
  const version = stringAt(document.openapi, 'openapi')
  if (!/^3\.0\.\d+$/.test(version)) {
    throw new UnsupportedTemplateError('openapi', `'${version}' is not supported; supported: 3.0.x`)
  }
  const components = closedObjectAt(document.components ?? {}, 'components', ['schemas', 'securitySchemes'])
  const known = {
    api,
    authorizers: readSecuritySchemes(components.securitySchemes, 'components.securitySchemes', api),
    validators: readValidators(document[VALIDATORS], VALIDATORS),
  }
  const operations = Object.entries(objectAt(document.paths, 'paths')).flatMap(([path, item]) => {
    const methods = Object.entries(closedObjectAt(item, `paths.${path}`, PATH_ITEM))
    return methods
      .filter(([key]) => key !== 'summary' && key !== 'description')
      .map(([key, operation]) => {
        const method = key === ANY_METHOD ? 'ANY' : HTTP_METHODS.find(name => name.toLowerCase() === key)
        return readOperation(operation, { path, key, method: method ?? 'ANY' }, known)
      })
  })
  return {
    operations,
    gatewayResponses: readGatewayResponses(document[GATEWAY_RESPONSES], GATEWAY_RESPONSES),
    isBinary: readBinaryTypes(
      arrayAt(document[BINARY_TYPES] ?? [], BINARY_TYPES).map((type, i) =>
        stringAt(type, `${BINARY_TYPES}[${i}]`),
      ),
    ),
  }
}

/** The validators by name: whether each checks parameters. Bodies are validated by no validator here. */
function readValidators(value: unknown, place: string): ReadonlyMap<string, boolean> {
  const validators = new Map<string, boolean>()
  for (const [name, declared] of Object.entries(optionalObjectAt(value, place))) {
    const at = `${place}.${name}`
    const validator = closedObjectAt(declared, at, ['validateRequestParameters', 'validateRequestBody'])
    const { validateRequestParameters = false, validateRequestBody = false } = validator
    if (booleanAt(validateRequestBody, `${at}.validateRequestBody`)) {
      throw new UnsupportedTemplateError(
        `${at}.validateRequestBody`,
        'true is not supported; supported: false',
      )
    }
    validators.set(name, booleanAt(validateRequestParameters, `${at}.validateRequestParameters`))
  }
  return validators
}
