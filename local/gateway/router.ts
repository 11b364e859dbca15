import { RefusedTemplateError } from '../unsupported.ts'
import { HTTP_METHODS, type HttpMethod, type Operation } from './operation.ts'
import { readPathTemplate, type Segment } from './path-template.ts'

/** A matched operation with its path parameters, which stay percent-encoded (platform-facts §5.4). */
export interface RouteMatch {
  operation: Operation
  pathParameters: ReadonlyMap<string, string>
}

/** Finds the operation for a method and a path without query string, or `null`. */
export type Router = (method: string, path: string) => RouteMatch | null

interface Resource {
  path: string
  literals: Map<string, Resource>
  /** The only variable child there can be. */
  variable: { segment: Segment & { name: string }; resource: Resource } | null
  operations: Map<string, Operation>
}

/**
 * Builds the resource tree and the matching over it, as a REST API does (platform-facts §5.1): path and method are matched
 * together, a literal goes before `{param}` and `{param+}`, and a branch without the method is left again for the next one.
 * @throws RefusedTemplateError for two variable siblings and for an operation declared twice
 */
export function createRouter(operations: readonly Operation[]): Router {
  const root = emptyResource('/')
  for (const operation of operations) insert(root, operation)
  return (method, path) => find(root, method, segmentsOf(path), [])
}

/** The segments that routing looks at: one trailing slash does not count (platform-facts §5.1). */
function segmentsOf(path: string): string[] {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path
  return trimmed === '' ? [] : trimmed.slice(1).split('/')
}

function insert(root: Resource, operation: Operation): void {
  let resource = root
  for (const segment of readPathTemplate(operation.path)) resource = child(resource, segment, operation.path)
  if (resource.operations.has(operation.method)) {
    throw new RefusedTemplateError(`paths.${operation.path}`, `${operation.method} is declared twice`)
  }
  resource.operations.set(operation.method, operation)
}

function child(parent: Resource, segment: Segment, template: string): Resource {
  if (segment.kind === 'literal') {
    const known = parent.literals.get(segment.text)
    if (known) return known
    const created = emptyResource(join(parent.path, segment.text))
    parent.literals.set(segment.text, created)
    return created
  }
  const written = segment.kind === 'greedy' ? `{${segment.name}+}` : `{${segment.name}}`
  if (parent.variable === null) {
    parent.variable = { segment, resource: emptyResource(join(parent.path, written)) }
  }
  const { segment: known, resource } = parent.variable
  if (known.kind !== segment.kind || known.name !== segment.name) {
    throw new RefusedTemplateError(
      `paths.${template}`,
      `A sibling (${resource.path}) of the resource ${join(parent.path, written)} already has a variable path part -- only one is allowed; use the same name in both`,
    )
  }
  return resource
}

function find(
  resource: Resource,
  method: string,
  rest: readonly string[],
  bound: readonly (readonly [string, string])[],
): RouteMatch | null {
  const [next, ...after] = rest
  if (next === undefined) return finish(resource, method, bound)
  const literal = resource.literals.get(next)
  const byLiteral = literal && find(literal, method, after, bound)
  if (byLiteral) return byLiteral
  if (resource.variable === null) return null
  const { segment, resource: variable } = resource.variable
  // A greedy parameter keeps inner `//` as it is (platform-facts §5.1); no parameter is ever empty.
  const value = segment.kind === 'greedy' ? rest.join('/') : next
  if (value === '') return null
  return find(variable, method, segment.kind === 'greedy' ? [] : after, [...bound, [segment.name, value]])
}

function finish(
  resource: Resource,
  method: string,
  bound: readonly (readonly [string, string])[],
): RouteMatch | null {
  const any = HTTP_METHODS.includes(method as HttpMethod) ? resource.operations.get('ANY') : undefined
  const operation = resource.operations.get(method) ?? any
  return operation ? { operation, pathParameters: new Map(bound) } : null
}

function emptyResource(path: string): Resource {
  return { path, literals: new Map(), variable: null, operations: new Map() }
}

function join(parent: string, part: string): string {
  return parent === '/' ? `/${part}` : `${parent}/${part}`
}
