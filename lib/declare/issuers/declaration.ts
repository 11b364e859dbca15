import { Duration, Token } from 'aws-cdk-lib'
import { type Algorithm, algorithms } from '../../../contract/authorizer-manifest.ts'
import { checkDuration, checkHttps, checkText, checkTexts, describeValue } from '../checks.ts'
import { DeclarationError } from '../declaration-error.ts'

/** Where an issuer's keys come from. */
export type DeclaredKeys =
  | { readonly kind: 'discovery' }
  | { readonly kind: 'uri'; readonly uri: string }
  | { readonly kind: 'pinned'; readonly keys: readonly object[] }

/** All that is known of an issuer at synth, whichever way it was declared. Times are checked by {@link readTimes}. */
export interface IssuerDeclaration extends Required<Omit<IssuerTimes, 'maxAge'>> {
  /** `iss`, byte for byte. May be known only at deploy. */
  readonly issuer: string
  readonly keys: DeclaredKeys
  readonly audience: { readonly claim: 'aud' | 'client_id'; readonly values: readonly string[] }
  readonly algorithms: readonly Algorithm[]
  readonly tokenType: string | null
  readonly requiredClaims: readonly string[]
  readonly fixedClaims: Readonly<Record<string, string>>
  readonly scopes: { readonly claim: string; readonly form: 'text' | 'list' } | null
  readonly roles: readonly string[] | null
  readonly clientClaim: string
  readonly maxAge: Duration | undefined
}

/** What can be declared of any issuer's times. */
export interface IssuerTimes {
  /**
   * How far its clock and ours may differ. At most a minute.
   * Security: an expired token lives that much longer.
   * @default Duration.seconds(0)
   */
  readonly leeway?: Duration
  /** The longest a token may live, from `iat` to `exp`. @default Duration.hours(24) */
  readonly maxLifetime?: Duration
  /** How old a token may be, whatever its `exp` says. @default - as long as it lives */
  readonly maxAge?: Duration
}

export const timeOptions = ['leeway', 'maxLifetime', 'maxAge'] as const

const year = 365 * 24 * 3600

const between = (least: number, most: number) =>
  ({ unit: 'seconds', least, most, fix: 'state a Duration within these bounds' }) as const

export const readTimes = (
  at: string,
  { leeway = Duration.seconds(0), maxLifetime = Duration.hours(24), maxAge }: IssuerTimes,
) => ({
  leeway: checkDuration(`${at} leeway`, leeway, between(0, 60)),
  maxLifetime: checkDuration(`${at} maxLifetime`, maxLifetime, between(1, year)),
  maxAge: maxAge === undefined ? undefined : checkDuration(`${at} maxAge`, maxAge, between(1, year)),
})

/** How an issuer is called in errors: `Issuer.oidc('https://login.example.com')`. */
export const named = (preset: string, what: unknown): string =>
  `Issuer.${preset}(${Token.isUnresolved(what) ? 'a deploy-time value' : typeof what === 'string' ? `'${what}'` : describeValue(what)})`

/** @param fix where the audience is to be found */
export const readAudiences = (
  at: string,
  given: unknown,
  fix = 'state the `aud` of tokens that are meant for this API',
): readonly string[] =>
  checkTexts(`${at} audience`, typeof given === 'string' ? [given] : given, {
    deployTime: true,
    allowed: 'a non-empty string, or a list of them',
    fix,
  })

export function readAlgorithms(at: string, given: unknown): readonly Algorithm[] {
  const isList = Array.isArray(given)
  const wrong: unknown = isList ? given.find(algorithm => !algorithms.includes(algorithm)) : undefined
  if (isList && given.length > 0 && wrong === undefined) return [...given]
  throw new DeclarationError({
    at: `${at} algorithms`,
    given: describeValue(isList && given.length > 0 ? wrong : given),
    allowed: `a list of ${algorithms.join(', ')}`,
    fix: 'name what the issuer signs with; symmetric algorithms and "none" cannot be declared',
  })
}

/** The name of a claim, or the names that lead to it from the outside in. */
export type ClaimPath = string | readonly string[]

export const readClaimPath = (at: string, given: unknown): readonly string[] =>
  typeof given === 'string'
    ? [checkClaimName(at, given)]
    : checkTexts(at, given, { fix: "write the claim's name, or ['realm_access', 'roles'] for a nested one" })

/** Names with a namespace are URLs, or begin with a domain and a slash; any other dot is one that was meant to lead inwards. */
function checkClaimName(at: string, given: string): string {
  const name = checkText(at, given, { fix: "write the claim's name" })
  if (Token.isUnresolved(name) || !name.includes('.') || /[:/]/.test(name)) return name
  const path = name
    .split('.')
    .filter(Boolean)
    .map(part => `'${part}'`)
  throw new DeclarationError({
    at,
    given: describeValue(name),
    allowed: "a claim's name, or a list of the names that lead to a nested one",
    fix: `write [${path.join(', ')}] for a nested claim, ['${name}'] for one whose name has the dot`,
  })
}

interface Words {
  readonly allowed: string
  readonly fix: string
}

/** An issuer's URL whose path is as its provider makes them. One that is known only at deploy is not looked into. */
export function checkIssuerPath(at: string, issuer: string, path: RegExp, words: Words): void {
  checkHttps(at, 'issuer', issuer)
  if (Token.isUnresolved(issuer) || path.test(new URL(issuer).pathname)) return
  throw new DeclarationError({ at, given: `issuer ${describeValue(issuer)}`, ...words })
}

const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * A host name as it stands in tokens.
 *
 * @param otherwise what else may be written
 */
export function checkHost(at: string, what: string, given: unknown, example: string, otherwise = ''): void {
  if (typeof given === 'string' && (Token.isUnresolved(given) || hostName.test(given))) return
  throw new DeclarationError({
    at,
    given: `${what} ${describeValue(given)}`,
    allowed: `a host name in lower case, without scheme, port or path${otherwise}`,
    fix: `write for example '${example}'`,
  })
}

export function checkOneOf<const T extends string>(at: string, given: unknown, words: readonly T[]): T {
  const found = words.find(word => word === given)
  if (found !== undefined) return found
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: words.join(', '),
    fix: 'write one of these, or leave it out',
  })
}
