import type { ClaimRule } from '../../contract/manifest.ts'
import { checkObject, checkOptions, checkText, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** What one claim must be: one exact string, one of several, or the value of a path parameter. */
export type ClaimRequirement<PathParameter extends string = string> =
  | { readonly equals: string }
  | { readonly oneOf: readonly string[] }
  | {
      /**
       * Object-level authorization: the claim must equal this path parameter. Decided by the second door, since the
       * first one's answers are cached per path template.
       */
      readonly equalsPath: PathParameter
    }

export interface TokenAccessOptions<PathParameter extends string = string> {
  /** Every one of these must be in the token's `scope` (RFC 8693 §4.2). @default - none needed */
  readonly scopes?: readonly string[]
  /** One of these must be among the caller's roles. @default - none needed */
  readonly roles?: readonly string[]
  /** Every one of these must hold. @default - none */
  readonly claims?: Readonly<Record<string, ClaimRequirement<PathParameter>>>
}

export interface ClaimBinding {
  readonly claim: string
  readonly pathParameter: string
}

/**
 * Who may use a route. There is no default: a route without it does not compile.
 *
 * @typeParam PathParameter the path parameters it refers to; the route must have them
 */
export class Access<PathParameter extends string = string> {
  /** Anyone, without a token. */
  static public(...nothing: readonly never[]): Access<never> {
    if (nothing.length > 0) {
      throw new DeclarationError({
        at: 'Access.public',
        given: describeValue(nothing[0]),
        allowed: 'nothing: no one can be asked for anything without a token',
        fix: 'write Access.token({ … }) to ask for scopes, roles or claims',
      })
    }
    return new Access<never>('public', {})
  }

  /** Callers with a valid token of a declared issuer that has these scopes, roles and claims. */
  static token<const PathParameter extends string = never>(
    options: TokenAccessOptions<PathParameter> = {},
  ): Access<PathParameter> {
    checkOptions('Access.token', options, ['scopes', 'roles', 'claims'])
    return new Access<PathParameter>('token', options)
  }

  readonly kind: 'public' | 'token'
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly rules: readonly ClaimRule[]
  readonly bindings: readonly ClaimBinding[]
  /** Type only: an access rule fits the routes that have the parameters it refers to. */
  declare protected readonly refersTo?: PathParameter

  private constructor(kind: 'public' | 'token', options: TokenAccessOptions) {
    this.kind = kind
    const { scopes, roles, claims = {} } = options
    this.scopes = scopes === undefined ? [] : checkScopes(scopes)
    this.roles =
      roles === undefined ? [] : checkTexts('Access.token roles', roles, { fix: listed('roles', 'sales') })
    checkObject(
      'Access.token claims',
      claims,
      'an object with a requirement for each claim',
      "write claims: { tenant: { equals: 'acme' } }",
    )
    const required = Object.entries(claims)
    this.rules = required.flatMap(([claim, requirement]) => ruleOf(claim, requirement))
    this.bindings = required.flatMap(([claim, requirement]) =>
      'equalsPath' in requirement ? [{ claim, pathParameter: requirement.equalsPath }] : [],
    )
  }

  /** As people say it, for tables. */
  toString(): string {
    if (this.kind === 'public') return 'public'
    const parts = [
      ...this.scopes.map(scope => `scope ${scope}`),
      ...(this.roles.length > 0 ? [`role ${this.roles.join(' or ')}`] : []),
      ...this.rules.map(
        rule => `${rule.claim} = ${rule.kind === 'equals' ? rule.value : rule.values.join(' or ')}`,
      ),
      ...this.bindings.map(({ claim, pathParameter }) => `${claim} = {${pathParameter}}`),
    ]
    return parts.join(', ') || 'any valid token'
  }
}

const listed = (option: string, example: string) =>
  `write ${option}: ['${example}'], or leave ${option} out where none is needed`

// scope-token of RFC 6749 §3.3. It also travels in a challenge, where quotes would break out.
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function checkScopes(given: unknown): readonly string[] {
  const scopes = checkTexts('Access.token scopes', given, { fix: listed('scopes', 'deals:read') })
  const wrong = scopes.find(scope => !scopeToken.test(scope))
  if (wrong === undefined) return scopes
  throw new DeclarationError({
    at: 'Access.token',
    given: `scope ${JSON.stringify(wrong)}`,
    allowed: 'one scope-token of RFC 6749 §3.3: printable ASCII without spaces, quotes and backslashes',
    fix: 'list several scopes as several strings',
  })
}

function ruleOf(claim: string, requirement: ClaimRequirement): ClaimRule[] {
  const at = `Access.token claims.${claim}`
  checkOptions(at, requirement, ['equals', 'oneOf', 'equalsPath'])
  if (Object.keys(requirement).length !== 1) {
    throw new DeclarationError({
      at,
      given: `${Object.keys(requirement).join(' and ') || 'nothing'}`,
      allowed: 'exactly one of equals, oneOf, equalsPath',
      fix: 'state one requirement per claim',
    })
  }
  if ('equals' in requirement) {
    const fix = "write equals: 'acme'; claims are compared as text"
    return [{ kind: 'equals', claim, value: checkText(`${at}.equals`, requirement.equals, { fix }) }]
  }
  if ('oneOf' in requirement) {
    const fix = "write oneOf: ['acme', 'initech']; claims are compared as text"
    return [{ kind: 'oneOf', claim, values: checkTexts(`${at}.oneOf`, requirement.oneOf, { fix }) }]
  }
  checkText(`${at}.equalsPath`, requirement.equalsPath, { fix: 'name a parameter of the path' })
  return []
}
