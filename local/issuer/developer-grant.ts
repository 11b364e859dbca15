import type { KoaContextWithOIDC, Provider, errors as ProviderErrors } from 'oidc-provider'
import { isObject, type TokenProfile, withRoles } from './token-profile.ts'

/** Grant type with which a developer names the content of a token; exists in the local cloud only. */
export const developerGrant = 'urn:sallyport:grant:developer'
/** The client that may use it. It has no secret: whoever can reach the provider's loopback port is the developer. */
export const developerClientId = 'sallyport-cli'

export const expiresInMaxSeconds = 86_400

// These are decided by the provider or by a parameter of their own.
const reservedClaims = [
  'iss',
  'exp',
  'iat',
  'aud',
  'sub',
  'jti',
  'client_id',
  'scope',
  'authorization_details',
  'cnf',
]

const parameters = ['subject', 'scope', 'roles', 'claims', 'expires_in', 'audience', 'client'] as const
type Parameters = Partial<Record<(typeof parameters)[number], string>>

export interface DeveloperGrantOptions {
  audiences: readonly string[]
  profile: Pick<TokenProfile, 'scopes' | 'roles' | 'clientClaim' | 'audienceClaim'>
  /** The classes of oidc-provider's error responses. */
  errors: typeof ProviderErrors
  /** What the resource server of an audience needs to know to make a JWT. */
  resourceServerFor(audience: string, scope: string): ConstructorParameters<Provider['ResourceServer']>[1]
}

/**
 * Registers the developer grant at the provider's token endpoint: a token of exactly the given subject, scope, claims, lifetime, audience and client.
 *
 * Parameters: `subject` (required) · `scope`, any RFC 6749 §3.3 string · `roles`, a JSON list, which goes where the issuer keeps roles ·
 * `claims`, a JSON object of further claims · `expires_in`, whole seconds, 1 to 86400, default 300 · `audience`, one of the declared ones,
 * which may be left out when there is only one · `client`, whom the token names as its client, default this one.
 * Ends in `invalid_request`, `invalid_scope` or `invalid_target`, each with a description that says what was given and what is allowed.
 */
export function registerDeveloperGrant(provider: Provider, options: DeveloperGrantOptions): void {
  const { InvalidRequest, InvalidScope, InvalidTarget } = options.errors

  function readSubject({ subject }: Parameters): string {
    if (!subject) throw new InvalidRequest("subject is missing; it becomes the token's 'sub'")
    return subject
  }

  function readAudience({
    audience = options.audiences.length === 1 ? options.audiences[0] : undefined,
  }: Parameters): string {
    const declared = options.audiences.join(', ')
    if (audience === undefined) throw new InvalidTarget(`audience is missing; declared: ${declared}`)
    if (!options.audiences.includes(audience)) {
      throw new InvalidTarget(`audience '${printable(audience)}' is not declared; declared: ${declared}`)
    }
    return audience
  }

  function readLifetime({ expires_in: given = '300' }: Parameters): number {
    const seconds = /^\d{1,6}$/.test(given) ? Number(given) : 0
    if (seconds < 1 || seconds > expiresInMaxSeconds) {
      throw new InvalidRequest(
        `expires_in '${printable(given)}' is not a whole number of seconds from 1 to ${expiresInMaxSeconds}`,
      )
    }
    return seconds
  }

  function readClaims({ claims = '{}' }: Parameters): Record<string, unknown> {
    const parsed = parseJson(claims)
    if (!isObject(parsed)) throw new InvalidRequest('claims is not a JSON object')
    const taken = Object.keys(parsed).filter(name => reservedClaims.includes(name))
    if (taken.length > 0) {
      throw new InvalidRequest(
        `claims must not contain ${taken.join(', ')}; subject, scope, audience and expires_in have parameters, the provider sets the rest`,
      )
    }
    return parsed
  }

  function readScope({ scope = '' }: Parameters): string {
    if (!scope || options.profile.scopes) return scope
    throw new InvalidScope('scope is given, but tokens of this issuer carry no scopes', printable(scope))
  }

  /** The claims, roles included. */
  function readRoles({ roles: given }: Parameters, claims: Record<string, unknown>): Record<string, unknown> {
    if (given === undefined) return claims
    const roles = parseJson(given)
    if (!Array.isArray(roles) || !roles.every(role => typeof role === 'string'))
      throw new InvalidRequest('roles is not a JSON list of strings')
    const path = options.profile.roles
    if (path === null) throw new InvalidRequest('roles are given, but tokens of this issuer carry none')
    const placed = withRoles(claims, path, roles)
    if (placed) return placed
    throw new InvalidRequest(
      `claims say something else where the roles go: ${printable(path.join('.'))}; give roles in one of the two`,
    )
  }

  function readClient({ client }: Parameters, claims: Record<string, unknown>): string | undefined {
    if (client === undefined) return undefined
    const { clientClaim, audienceClaim } = options.profile
    if (client === '') throw new InvalidRequest('client is empty')
    if (audienceClaim === clientClaim)
      throw new InvalidRequest(
        `client is given, but tokens of this issuer are for their client: ${printable(clientClaim)} is the audience`,
      )
    if (Object.hasOwn(claims, clientClaim))
      throw new InvalidRequest(
        `claims name the client as well, in ${printable(clientClaim)}; give it in one of the two`,
      )
    return client
  }

  async function issueDeveloperToken(ctx: KoaContextWithOIDC): Promise<void> {
    const { client, params } = ctx.oidc
    if (!client) throw new InvalidRequest('client is missing')
    const given = (params ?? {}) as Parameters
    const audience = readAudience(given)
    const scope = readScope(given)
    const claims = readClaims(given)
    const token = new provider.AccessToken({
      client,
      accountId: readSubject(given),
      // There is no consent to record: the developer is asking for themselves.
      grantId: 'developer',
      gty: developerGrant,
      scope: scope || undefined,
      expiresIn: readLifetime(given),
      resourceServer: new provider.ResourceServer(audience, options.resourceServerFor(audience, scope)),
    })
    ctx.state.developerClaims = readRoles(given, claims)
    ctx.state.developerNamesClient = readClient(given, claims)
    ctx.oidc.entity('AccessToken', token)
    const value = await token.save()
    ctx.body = {
      access_token: value,
      expires_in: token.expiration,
      token_type: token.tokenType,
      ...(token.scope ? { scope: token.scope } : {}),
    }
  }

  provider.registerGrantType<Parameters>(developerGrant, issueDeveloperToken, parameters)
}

/** Claims that the developer grant adds to the token being issued in this request; `undefined` for every other grant. */
export function developerClaims(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  return ctx.state.developerClaims as Record<string, unknown> | undefined
}

/** Whom the token being issued in this request is to name as its client; `undefined` for every other grant. */
export function developerNamesClient(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.state.developerNamesClient as string | undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** RFC 6749 §5.2: an error description has neither quotes, backslashes nor anything outside printable ASCII. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '?').slice(0, 200)
}
