import { accessText } from '../../contract/access-text.ts'
import type { ClaimRule } from '../../contract/authorizer-manifest.ts'
import type { AuthenticationManifest } from '../../contract/gate-manifest.ts'
import { type AuthenticationOptions, readAuthentication } from './authentication.ts'
import { checkObject, checkOptions, checkText, checkTexts, describeValue } from './checks.ts'
import { type ClaimRequirement, readClaimRequirement } from './claim-requirement.ts'
import { DeclarationError } from './declaration-error.ts'
import { Issuer } from './issuer.ts'
import { type DeclaredScopes, readScopes } from './scopes.ts'

export interface TokenAccessOptions<PathParameter extends string = string> extends AuthenticationOptions {
  /** The issuers whose tokens count on this route. @default - all of the API's */
  readonly issuers?: readonly Issuer[]
  /**
   * What must be among the token's scopes: every one of a list, or one of `{ anyOf: [...] }`. Exact, as a whole.
   * @default - none needed
   */
  readonly scopes?: DeclaredScopes
  /** One of these must be among the caller's roles. @default - none needed */
  readonly roles?: readonly string[]
  /** Every one of these must hold. @default - none */
  readonly claims?: Readonly<Record<string, ClaimRequirement<PathParameter>>>
  /**
   * A condition in CEL over `claims`, `path`, `query` and `source.ip`: `claims.plan == 'pro' || query.limit <= 10`. Checked at synth
   * against the types of the inputs, and decided by the second door, for every request. At most 1000 characters.
   *
   * Of CEL there are its operators, `has`, `size`, `startsWith`, `endsWith`, `contains`, `all`, `exists` and `exists_one`. Names that
   * are no identifiers are written `claims['custom:plan']`, and `'custom:plan' in claims` asks whether there is one. Numbers of
   * claims are doubles. Values of different types are unequal, so `!=` also holds for a claim of another type.
   * `source.ip` is the caller's address: whoever called API Gateway, unless the API declares `clientAddress`; `source.ip.inRange('10.0.0.0/8')`.
   *
   * Security: what cannot be evaluated denies, such as a claim that is not there. Ask with `has(claims.plan)` first. Of a query
   * parameter that may be left out a rule must ask: `has(query.limit) && query.limit <= 10`. Comments are refused.
   * @default - none
   * @see https://github.com/google/cel-spec
   */
  readonly rule?: string
}

export interface ClaimBinding {
  readonly claim: string
  readonly pathParameter: string
}

export type AccessKind = 'public' | 'token'

/**
 * Who may use a route. There is no default: a route without it does not compile.
 *
 * @typeParam PathParameter the path parameters it refers to; the route must have them
 * @typeParam Kind whether there is a caller who is known
 */
export class Access<PathParameter extends string = string, Kind extends AccessKind = AccessKind> {
  /** Anyone, without a token. */
  static public(...nothing: readonly never[]): Access<never, 'public'> {
    if (nothing.length > 0) {
      throw new DeclarationError({
        at: 'Access.public',
        given: describeValue(nothing[0]),
        allowed: 'nothing: no one can be asked for anything without a token',
        fix: 'write Access.token({ … }) to ask for scopes, roles or claims',
      })
    }
    return new Access<never, 'public'>('public', {})
  }

  /** Callers with a valid token of a declared issuer that has these scopes, roles and claims. */
  static token<const PathParameter extends string = never>(
    options: TokenAccessOptions<PathParameter> = {},
  ): Access<PathParameter, 'token'> {
    checkOptions('Access.token', options, optionNames, "Access.token({ scopes: ['deals:read'] })")
    return new Access<PathParameter, 'token'>('token', options)
  }

  readonly kind: Kind
  /** Undefined: all of the API's. */
  readonly issuers: readonly Issuer[] | undefined
  readonly scopes: readonly string[]
  readonly anyScope: readonly string[]
  readonly roles: readonly string[]
  readonly requirements: readonly ClaimRule[]
  readonly bindings: readonly ClaimBinding[]
  readonly rule: string | undefined
  readonly authentication: AuthenticationManifest | undefined
  /** Type only: an access rule fits the routes that have the parameters it refers to. */
  declare protected readonly refersTo?: PathParameter

  private constructor(kind: Kind, options: TokenAccessOptions) {
    this.kind = kind
    const { issuers, roles, claims = {}, rule } = options
    this.issuers = issuers === undefined ? undefined : checkIssuers(issuers)
    const { scopes, anyScope } = readScopes(options.scopes)
    this.scopes = scopes
    this.anyScope = anyScope
    this.roles = roles === undefined ? [] : checkTexts('Access.token roles', roles, { fix: rolesFix(roles) })
    checkObject(
      'Access.token claims',
      claims,
      'an object with a requirement for each claim',
      "write claims: { tenant: { equals: 'acme' } }",
    )
    const read = Object.entries(claims).map(([claim, given]) => readClaimRequirement(claim, given))
    this.requirements = read.flatMap(each => (each.kind === 'equalsPath' ? [] : [each]))
    this.bindings = read.flatMap(each =>
      each.kind === 'equalsPath' ? [{ claim: each.claim, pathParameter: each.pathParameter }] : [],
    )
    this.rule =
      rule === undefined
        ? undefined
        : checkText('Access.token rule', rule, { fix: 'write a condition in CEL, or leave rule out' })
    this.authentication = readAuthentication(options)
  }

  /** As people say it, for tables. */
  toString(): string {
    if (this.kind === 'public') return 'public'
    return accessText({
      issuers: this.issuers?.map(({ label }) => label) ?? [],
      scopes: this.scopes,
      anyScope: this.anyScope,
      roles: this.roles,
      claims: this.requirements,
      bind: this.bindings,
      rule: this.rule ?? null,
      authentication: this.authentication ?? null,
    })
  }
}

const optionNames = [
  ...['issuers', 'scopes', 'roles', 'claims', 'rule'],
  ...['acr', 'mfa', 'maxAuthenticationAge'],
]

// It is what `scopes` takes.
const rolesFix = (given: unknown): string =>
  typeof given === 'object' && given !== null && 'anyOf' in given
    ? "write roles: ['sales', 'lead']: a list of roles already means one of them"
    : "write roles: ['sales'], or leave roles out where none is needed"

function checkIssuers(given: unknown): readonly Issuer[] {
  const isList = Array.isArray(given) && given.length > 0
  if (isList && given.every(each => each instanceof Issuer)) {
    const twice: Issuer | undefined = given.find((issuer, i) => given.indexOf(issuer) !== i)
    if (twice === undefined) return given
    throw new DeclarationError({
      at: 'Access.token issuers',
      given: `${twice.label} twice`,
      allowed: "a list of different issuers of the API's",
      fix: 'name it once, or another one',
    })
  }
  throw new DeclarationError({
    at: 'Access.token issuers',
    given: describeValue(isList ? given.find(each => !(each instanceof Issuer)) : given),
    allowed: "a list of one or more of the API's issuers",
    fix: 'keep the Issuer in a constant, and name it in both places; leave issuers out where all of them count',
  })
}
