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
  if (inS3.isPresent) {
    if (inS3.get('Version').isPresent)
      throw new CannotTell(`${inS3.at} may be another version than is at hand`)
    return app.asset(`${inS3.get('Bucket').text()}/${inS3.get('Key').text()}`, inS3.at, api.template)
  }
  const included = includedFrom(api)
  return included ? app.asset(included.text() ?? '', included.at, api.template) : api.get('Body')
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
    .filter(([key]) => key === anyMethod || !(besideMethods.includes(key) || isForeign(key)))
    .map(([key, value]) => {
      const method = key === anyMethod ? 'ANY' : key.toUpperCase()
      return { name: `${method} ${path}`, at: value.at, value }
    })
}

/** Of others than API Gateway, whose extensions may be another way to write a method. */
const isForeign = (key: string): boolean => /^x-(?!amazon-apigateway-)/i.test(key)

/** What kind of credentials an operation asks for: `none` lets anyone through. */
export function accessOf({ value, name }: Operation, document: Value): Access {
  const key = value.at.slice(value.at.lastIndexOf('.') + 1)
  if (key !== anyMethod && !methods.includes(key))
    throw new CannotTell(`${name} is no operation that is known`)
  const type = value.get('x-amazon-apigateway-auth', 'type').text()?.toUpperCase()
  if (type === 'AWS_IAM') return 'iam'
  // Whatever its security says besides: it is the word for open.
  if (type === 'NONE') return 'none'
  if (type !== undefined) throw new CannotTell(`${name} has an unknown kind of access`)
  const security = value.get('security')
  if (!security.isPresent) {
    // API Gateway takes it from operations; what it makes of one for all of them is not documented.
    if (document.get('security').items().length > 0)
      throw new CannotTell(`${name} has none of its own, only that of the document's root`)
    return 'none'
  }
  // Of an alternative all must be shown, so the strongest decides; of several alternatives the weakest.
  return weakest(
    security
      .items()
      .map(alternative =>
        strongest(
          alternative.members().map(([scheme]) => weakest(schemesNamed(document, scheme).map(kindOf))),
        ),
      ),
  )
}

type Access = (typeof accesses)[number]

const accesses = ['none', 'iam', 'authorizer'] as const
const weakest = (all: readonly Access[]): Access => accesses.find(access => all.includes(access)) ?? 'none'
const strongest = (all: readonly Access[]): Access =>
  accesses.findLast(access => all.includes(access)) ?? 'none'

export const schemesOf = (document: Value): [string, Value][] => [
  ...document.get('components', 'securitySchemes').members(),
  ...document.get('securityDefinitions').members(),
]

/** Where both versions of OpenAPI have one of this name, it is the document's version that decides: both must do, then. */
function schemesNamed(document: Value, name: string): Value[] {
  const named = schemesOf(document).filter(([known]) => known === name)
  if (named.length === 0) throw new CannotTell(`there is no security scheme ${name}`)
  return named.map(([, scheme]) => scheme)
}

/** An API key alone says who is billed, not who is calling. */
function kindOf(scheme: Value): Access {
  if (scheme.get('x-amazon-apigateway-authtype').text() === 'awsSigv4') return 'iam'
  const authorizer = scheme.get('x-amazon-apigateway-authorizer')
  if (authorizer.members().length === 0) return 'none'
  if (authorizers.includes(authorizer.get('type').text()?.toLowerCase() ?? '')) return 'authorizer'
  throw new CannotTell(`${authorizer.at} is no kind of authorizer that is known`)
}

const authorizers = ['token', 'request', 'cognito_user_pools', 'jwt']

/** Answered by API Gateway itself: nothing is behind it. */
export const isMock = ({ value }: Operation): boolean =>
  value.get('x-amazon-apigateway-integration', 'type').text()?.toLowerCase() === 'mock'
