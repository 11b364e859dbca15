import { type Duration, Token } from 'aws-cdk-lib'
import type { ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda'
import { AuditTrail } from '../audit-trail.ts'
import { GatewayState } from '../gateway-state.ts'
import type { CallersOptions } from './callers.ts'
import { checkDuration, checkFlag, checkOptions, describeValue } from './checks.ts'
import { ClientAddress } from './client-address.ts'
import { checkCodeSigning } from './code-signing.ts'
import type { CorsOptions } from './cors.ts'
import { DeclarationError } from './declaration-error.ts'
import type { DomainOptions } from './domain.ts'
import type { Endpoint } from './endpoint.ts'
import { Issuer } from './issuer.ts'
import { type KeepingOptions, keepingOptions } from './keeping.ts'
import type { ApiLimits } from './limits.ts'
import { checkReservedConcurrency } from './reserved-concurrency.ts'

/**
 * What an API is made of, beside its routes. Its `encryptionKey` is for its log groups, its functions' environment variables, and a table
 * of its own.
 */
export interface ZeroTrustApiProps extends KeepingOptions {
  /** Who may vouch for callers. @default - no one: every route must be public */
  readonly issuers?: readonly Issuer[]
  /**
   * Which pages may use the API from a browser. What a page of any other origin sends is refused with 403
   * (`origin.not_allowed`), whether or not this is declared.
   * @default - none but pages of the API's own name
   */
  readonly cors?: CorsOptions
  /** From where it can be reached. @default Endpoint.regional(): from the internet, over IPv4 */
  readonly endpoint?: Endpoint
  /** The name it is called by; its address of AWS's own answers nobody then. @default - that address */
  readonly domain?: DomainOptions
  /** Who may call API Gateway at all, whatever their token. Everybody else gets a 403 of it. @default - everyone who can reach it */
  readonly callers?: CallersOptions
  /** How many requests are let through: all in all, and of each route, user, client, address and upstream. @default - unlimited */
  readonly limits?: ApiLimits
  /**
   * Whether operators can quarantine, revoke and close at run time: every gate then looks into the state table, also those whose routes
   * have no limits. `false`: only gates that count look there, and obey what they find.
   * @default - true where the API has limits or a `state`, but for a gate of stubs none of whose routes takes a token or counts; stubs
   * that are declared in place share one gate
   */
  readonly controls?: boolean
  /** Where a caller's address stands when proxies or a CDN stand before the API. @default - whoever called API Gateway */
  readonly clientAddress?: ClientAddress
  /**
   * How long API Gateway may reuse the first door's answer for the same token and route. Up to an hour; zero asks anew for
   * every request. Whatever it is, the second door checks each request's ticket, limits and inputs.
   * @default Duration.minutes(1)
   */
  readonly authorizerCacheTtl?: Duration
  /**
   * How long the first door may remember that a token was verified, so that the next route need not verify it again. Up to ten
   * minutes; zero verifies every time. It is forgotten earlier when the token expires, its key is replaced, or the keys are
   * due to be fetched anew; what the token permits is decided anew each time.
   * @default Duration.minutes(5)
   */
  readonly verifiedTokenTtl?: Duration
  /** Where counters and controls are kept. @default - a table of this API's own, if there are limits or controls */
  readonly state?: GatewayState
  /**
   * Where each decision is recorded. One trail can be of many APIs, in its region and account. Functions with a door inside need a log group
   * that is declared.
   * @default - nowhere: logs and metrics alone say what was decided
   * @see docs/audit.md
   */
  readonly audit?: AuditTrail
  /** Name of the stage: up to 128 letters, digits, `-` and `_`. @default 'live' */
  readonly stageName?: string
  /**
   * Whether the names of inputs that are sent undeclared are logged, on routes that do not say otherwise; their number is
   * counted in any case (metrics `StrippedQuery`, `StrippedBody` and so on). Never their values. Security: names are a caller's own words, and somebody may
   * put a secret there.
   * @default false
   */
  readonly logUndeclared?: boolean
  /**
   * How many tokens the first door checks at a time, over all instances; as many are kept free for it, so that no other function of the
   * account can leave it without. Beyond it callers get 503.
   * @default - as many as the account has left
   */
  readonly authorizerReservedConcurrency?: number
  /**
   * Whose signatures the code of the API's functions must carry; it must block what is not signed. Functions with a door inside are yours.
   * Whatever uploads the code must then sign it.
   * @default - code need not be signed
   * @see docs/segmentation.md
   */
  readonly codeSigning?: ICodeSigningConfig
  /**
   * Whether API Gateway, the first door and the gates send traces to X-Ray. Functions with a door inside are their owner's.
   * @default true
   */
  readonly tracing?: boolean
}

const options = [
  'issuers',
  'cors',
  'endpoint',
  'domain',
  'callers',
  'limits',
  'controls',
  'clientAddress',
  'authorizerCacheTtl',
  'verifiedTokenTtl',
  'state',
  'audit',
  'stageName',
  'logUndeclared',
  'tracing',
  'authorizerReservedConcurrency',
  'codeSigning',
  ...keepingOptions,
]

/** Refuses what AWS would refuse at deploy, and what nobody would read. `at` is the API's path. */
export function checkApiProps(at: string, props: ZeroTrustApiProps): void {
  checkOptions(at, props, options)
  const { issuers, clientAddress, authorizerCacheTtl, verifiedTokenTtl, state, stageName } = props
  if (issuers !== undefined) checkIssuers(`${at} issuers`, issuers)
  if (authorizerCacheTtl !== undefined) {
    checkDuration(`${at} authorizerCacheTtl`, authorizerCacheTtl, {
      unit: 'seconds',
      least: 0,
      most: 3600,
      fix: "state at most an hour, API Gateway's own bound",
    })
  }
  if (verifiedTokenTtl !== undefined) {
    checkDuration(`${at} verifiedTokenTtl`, verifiedTokenTtl, {
      unit: 'seconds',
      least: 0,
      most: 600,
      fix: 'state at most ten minutes, after which keys are fetched anew',
    })
  }
  const complain = (what: string, given: unknown, allowed: string, fix: string): never => {
    throw new DeclarationError({ at: `${at} ${what}`, given: describeValue(given), allowed, fix })
  }
  if (state !== undefined && !(state instanceof GatewayState)) {
    complain('state', state, 'a GatewayState', "write state: new GatewayState(stack, 'State')")
  }
  if (props.audit !== undefined && !(props.audit instanceof AuditTrail)) {
    complain('audit', props.audit, 'an AuditTrail', "write audit: new AuditTrail(stack, 'Trail', { … })")
  }
  if (clientAddress !== undefined && !(clientAddress instanceof ClientAddress)) {
    complain(
      'clientAddress',
      clientAddress,
      'ClientAddress.behindProxies({ … })',
      "for example ClientAddress.behindProxies({ from: ['203.0.113.0/24'], hops: 1 })",
    )
  }
  checkFlag(`${at} controls`, props.controls, 'write controls: true to have every gate obey operators')
  checkFlag(`${at} logUndeclared`, props.logUndeclared, 'write logUndeclared: true to have them logged')
  const isStageName = typeof stageName === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(stageName)
  if (stageName !== undefined && !isStageName) {
    complain('stageName', stageName, 'up to 128 letters, digits, - and _', "for example 'live', the default")
  }
  checkReservedConcurrency(`${at} authorizerReservedConcurrency`, props.authorizerReservedConcurrency)
  checkCodeSigning(`${at} codeSigning`, props.codeSigning)
}

function checkIssuers(at: string, issuers: unknown): void {
  const fix = 'say what tokens of this issuer must be, not only who it is'
  const allowed =
    "a list of Issuer.oidc('https://…', { … }), .keys, .cognito, .auth0, .okta, .entra, .keycloak or .google"
  if (!Array.isArray(issuers)) {
    throw new DeclarationError({ at, given: describeValue(issuers), allowed, fix: 'write issuers: [ … ]' })
  }
  const stranger: unknown = issuers.find(issuer => !(issuer instanceof Issuer))
  if (issuers.some(issuer => !(issuer instanceof Issuer))) {
    throw new DeclarationError({ at, given: describeValue(stranger), allowed, fix })
  }
  const names = issuers.map(({ issuer }: Issuer) => issuer)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw new DeclarationError({
    at,
    given: `${Token.isUnresolved(twice) ? 'a deploy-time issuer' : `the issuer "${twice}"`} twice`,
    allowed: 'each issuer once',
    fix: 'merge the two; one issuer can have several audiences and algorithms',
  })
}
