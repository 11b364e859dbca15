import { CannotTell } from '../template/cannot-tell.ts'
import type { Resource } from '../template/template.ts'
import type { Templates } from '../template/templates.ts'
import type { Value } from '../template/value.ts'

/** One operation of an OpenAPI document. */
export interface Operation {
  /** `GET /deals`; `ANY /deals` for `x-amazon-apigateway-any-method`. */
  readonly name: string
  readonly at: string
  readonly value: Value
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const anyMethod = 'x-amazon-apigateway-any-method'
const besideMethods = ['parameters', 'summary', 'description', 'servers']

/**
 * The document that an API is made from: inline, included, or an asset of the app. Absent where its methods are resources of their own.
 */
export function documentOf(api: Resource, app: Templates): Value {
  const inS3 = api.get('BodyS3Location')
  if (inS3.isPresent) return app.asset(inS3.get('Key'), api.template)
  const included = includedFrom(api)
  return included ? app.asset(included, api.template) : api.get('Body')
}

/** `Fn::Transform` with `AWS::Include`, as far as it is the whole body. */
function includedFrom(api: Resource): Value | undefined {
  const { written } = api.get('Body')
  if (typeof written !== 'object' || written === null) return undefined
  const [name, ...more] = Object.keys(written)
  if (name !== 'Fn::Transform' || more.length > 0) return undefined
  const transform = api.get('Body').inside('Fn::Transform')
  return transform.get('Name').text() === 'AWS::Include' ? transform.get('Parameters', 'Location') : undefined
}

export const operationsOf = (document: Value): Operation[] =>
  document
    .get('paths')
    .members()
    .filter(([path]) => !path.startsWith('x-'))
    .flatMap(([path, item]) => operationsAt(path, item))

function operationsAt(path: string, item: Value): Operation[] {
  return item
    .members()
    .filter(([key]) => key === anyMethod || !(besideMethods.includes(key) || key.startsWith('x-')))
    .map(([key, value]) => {
      const method = key === anyMethod ? 'ANY' : key.toUpperCase()
      return { name: `${method} ${path}`, at: value.at, value }
    })
}

/** What kind of credentials an operation asks for: `none` lets anyone through. */
export function accessOf({ value, name }: Operation, document: Value): 'authorizer' | 'iam' | 'none' {
  const key = value.at.slice(value.at.lastIndexOf('.') + 1)
  if (key !== anyMethod && !methods.includes(key))
    throw new CannotTell(`${name} is no operation that is known`)
  const type = value.get('x-amazon-apigateway-auth', 'type').text()?.toUpperCase()
  if (type === 'AWS_IAM') return 'iam'
  if (type !== undefined && type !== 'NONE') throw new CannotTell(`${name} has an unknown kind of access`)
  const security = value.get('security')
  if (!security.isPresent) {
    // API Gateway takes it from operations; what it makes of one for all of them is not documented.
    if (document.get('security').items().length > 0)
      throw new CannotTell(`${name} has none of its own, only that of the document's root`)
    return 'none'
  }
  const alternatives = security.items()
  // Of several alternatives the weakest decides.
  return alternatives.length > 0 &&
    alternatives.every(alternative =>
      alternative.members().some(([scheme]) => authenticates(schemeOf(document, scheme))),
    )
    ? 'authorizer'
    : 'none'
}

export const schemesOf = (document: Value): [string, Value][] => [
  ...document.get('components', 'securitySchemes').members(),
  ...document.get('securityDefinitions').members(),
]

function schemeOf(document: Value, name: string): Value {
  const [, scheme] = schemesOf(document).find(([known]) => known === name) ?? []
  if (!scheme) throw new CannotTell(`there is no security scheme ${name}`)
  return scheme
}

/** An API key alone says who is billed, not who is calling. */
const authenticates = (scheme: Value): boolean =>
  scheme.get('x-amazon-apigateway-authorizer').members().length > 0 ||
  scheme.get('x-amazon-apigateway-authtype').text() === 'awsSigv4'

/** Answered by API Gateway itself: nothing is behind it. */
export const isMock = ({ value }: Operation): boolean =>
  value.get('x-amazon-apigateway-integration', 'type').text()?.toLowerCase() === 'mock'
