import { type Method, methods, pathParametersOf } from '../../contract/route.ts'
import { checkText } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** `GET /deals/{dealId}`: a method, one space, a path with `{parameters}`. */
export type RouteTemplate = `${Method} /${string}`

/** The names between braces: `'dealId'` for `GET /deals/{dealId}`, `never` where there are none. */
export type PathParameters<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameters<Rest>
  : never

export interface ParsedTemplate {
  readonly method: Method
  readonly path: string
  readonly parameters: readonly string[]
}

// What API Gateway allows in a resource's path part, less what it merely tolerates.
const segmentShape = /^(?:[A-Za-z0-9_.,:-]+|\{[A-Za-z][A-Za-z0-9_]*\})$/

/** Reads a route's template. Throws a {@link DeclarationError} that says which part is not allowed. */
export function parseTemplate(at: string, template: string): ParsedTemplate {
  checkText(at, template, { fix: 'write for example "GET /deals"' })
  const [method, path, ...more] = template.split(' ')
  const complain = (given: string, allowed: string, fix: string): never => {
    throw new DeclarationError({ at, given, allowed, fix })
  }
  if (!methods.includes(method as Method)) {
    const any = method === 'ANY' ? 'declare each method that is meant' : 'write for example "GET /deals"'
    complain(`method "${method}"`, methods.join(', '), any)
  }
  if (!path?.startsWith('/') || more.length > 0) {
    complain(
      `"${template}"`,
      'a method, one space, and a path that begins with /',
      'write for example "GET /deals"',
    )
  }
  const segments = path === '/' ? [] : (path as string).slice(1).split('/')
  for (const segment of segments) {
    if (/^\{.*\+\}$/.test(segment)) {
      complain(
        `greedy parameter ${segment}`,
        '{name}',
        'declare each path: a greedy one opens all that lies below it',
      )
    }
    if (segment.startsWith(':')) {
      const name = segment.slice(1).replace(/[^A-Za-z0-9_].*/, '') || 'name'
      complain(`path segment "${segment}"`, 'one whole {parameter}, or literal text', `write {${name}}`)
    }
    if (!segmentShape.test(segment) || segment === '.' || segment === '..') {
      const fix = segment === '' ? 'remove the doubled or trailing slash' : 'rename this path segment'
      complain(`path segment "${segment}"`, 'letters, digits and _ . , : - or one whole {parameter}', fix)
    }
  }
  const parameters = pathParametersOf(path as string)
  const twice = parameters.find((name, i) => parameters.indexOf(name) !== i)
  if (twice) complain(`{${twice}} twice`, 'each parameter once', 'give the second one another name')
  return { method: method as Method, path: path as string, parameters }
}
