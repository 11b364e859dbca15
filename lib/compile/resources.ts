import { DeclarationError } from '../declare/declaration-error.ts'

/** Resources one REST API can have (a quota that can be raised, but not by us). */
const maxResources = 300

/** Characters of an ARN in an authorizer's policy. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const maxArn = 512
// The longest partition and region, an account, and an API's id.
const arnPrefix = 'arn:aws-us-gov:execute-api:ap-southeast-1:111122223333:a1b2c3d4e5/'

/**
 * What API Gateway would refuse at deploy, or route in a way nobody meant, is refused here, as each route is added:
 * two differently named parameters in the same place, the same operation twice, a path too long for its policy, more resources
 * than fit.
 */
export class ResourceTree {
  readonly #operations = new Set<string>()
  readonly #resources = new Set<string>()
  readonly #parameterBelow = new Map<string, string>()
  readonly #stageName: string

  constructor(stageName: string) {
    this.#stageName = stageName
  }

  add(at: string, method: string, path: string): void {
    const operation = `${method} ${path}`
    if (this.#operations.has(operation)) {
      throw new DeclarationError({
        at,
        given: `${operation} a second time`,
        allowed: 'each operation once',
        fix: 'remove one of the two',
      })
    }
    this.#operations.add(operation)
    this.#checkArn(at, method, path)
    let parent = ''
    for (const segment of path.split('/').filter(Boolean)) {
      if (segment.startsWith('{')) this.#addParameter(at, parent, segment)
      parent = `${parent}/${segment}`
      this.#resources.add(parent)
    }
    if (this.#resources.size <= maxResources) return
    throw new DeclarationError({
      at,
      given: `resource number ${this.#resources.size}`,
      allowed: `${maxResources} path segments in all (API Gateway's quota)`,
      fix: 'split the API by its first path segment into two',
    })
  }

  /** As the first door writes it: parameters as `*`, and the path with a slash behind it. */
  #checkArn(at: string, method: string, path: string): void {
    const arn = `${arnPrefix}${this.#stageName}/${method}${path.replace(/\{[^{}/]+\}/g, '*')}/`
    if (arn.length <= maxArn) return
    throw new DeclarationError({
      at,
      given: `a path whose ARN has up to ${arn.length} characters`,
      allowed: `${maxArn}, as in the policy of an authorizer (API Gateway's quota)`,
      fix: `shorten the path${this.#stageName.length > 20 ? " or the stage's name" : ''}: ${arn.length - maxArn} too many`,
    })
  }

  #addParameter(at: string, parent: string, segment: string): void {
    const sibling = this.#parameterBelow.get(parent) ?? segment
    this.#parameterBelow.set(parent, sibling)
    if (sibling === segment) return
    throw new DeclarationError({
      at,
      given: `${segment} below ${parent || '/'}, where another route has ${sibling}`,
      allowed: 'one parameter name in one place',
      fix: `use ${sibling} here too`,
    })
  }
}

/**
 * The literals that other paths have where this one has a parameter, below the same parent. API Gateway matches the raw
 * path and prefers them; a value that decodes to one, or comes with another method, arrives at the parameter all the same.
 */
export function literalsBeside(path: string, parameter: string, paths: readonly string[]): string[] {
  const parent = path.slice(0, path.indexOf(`{${parameter}}`))
  const beside = paths
    .filter(other => other.startsWith(parent))
    .map(other => other.slice(parent.length).split('/')[0] as string)
  return [...new Set(beside)].filter(segment => segment !== '' && !segment.startsWith('{')).sort()
}
