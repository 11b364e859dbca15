import { Duration, Token } from 'aws-cdk-lib'
import { isEveryResource } from '../checks/policies/wildcards.ts'
import type { GatewayIdentity } from '../gateway-identity.ts'
import { checkDuration, checkOptions, checkText, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

export interface GatewayTokenOptions {
  /** Whom the tokens are for: their `aud`. One of its own for each upstream, or one could use them at another. */
  readonly audience: string
  /** How long a token counts: 10 seconds to 5 minutes. It is sent again for half of that. @default Duration.seconds(60) */
  readonly lifetime?: Duration
}

export interface SigV4Options {
  /** The signing name of the service, for example `execute-api`, `lambda`, `es`, `vpc-lattice-svcs`. */
  readonly service: string
  /** @default - the region of the API */
  readonly region?: string
  /** All that the gate's role may do there. No wildcard stands for an action; of resources only for the end of an ARN. */
  readonly allow: { readonly actions: readonly string[]; readonly resources: readonly string[] }
}

export type DeclaredCredentials =
  | {
      readonly kind: 'gatewayToken'
      readonly identity: GatewayIdentity
      readonly audience: string
      readonly lifetime: Duration
    }
  | {
      readonly kind: 'sigV4'
      readonly service: string
      readonly region: string | undefined
      readonly actions: readonly string[]
      readonly resources: readonly string[]
    }

/** How an upstream can tell that a request came through the gateway. They take the place of `authorization`. */
export class Credentials {
  /**
   * A short-lived JWT (ES256, `typ` `gateway+jwt`) as bearer token, signed in KMS: `iss`, `aud`, `iat`, `exp`, `jti`, `route`, and of
   * the caller `sub`, `sub_id` and `client_id`, where there is one. An upstream verifies it by the identity's key set. A request for
   * which none can be had is refused with `credentials.unavailable`.
   *
   * @see docs/upstreams.md for its claims, and for what it costs
   */
  static gatewayToken(identity: GatewayIdentity, options: GatewayTokenOptions): Credentials {
    const at = 'Credentials.gatewayToken'
    checkIdentity(at, identity)
    checkOptions(at, options, ['audience', 'lifetime'])
    return new Credentials({
      kind: 'gatewayToken',
      identity,
      audience: checkText(`${at} audience`, options.audience, {
        fix: "name the upstream, for example audience: 'https://crm.internal.example.com'",
        deployTime: true,
      }),
      lifetime: checkDuration(`${at} lifetime`, options.lifetime ?? Duration.seconds(60), {
        unit: 'seconds',
        least: 10,
        most: 300,
        fix: 'write Duration.seconds(60), or leave it out',
      }),
    })
  }

  /**
   * AWS Signature Version 4 by the role of the gate, for upstreams that IAM guards: an API of API Gateway, a function URL,
   * OpenSearch, VPC Lattice. The role is given what `allow` says, and nothing else there.
   */
  static sigV4(options: SigV4Options): Credentials {
    const at = 'Credentials.sigV4'
    checkOptions(at, options, ['service', 'region', 'allow'])
    const { service, region, allow } = options
    checkOptions(`${at} allow`, allow, ['actions', 'resources'])
    return new Credentials({
      kind: 'sigV4',
      service: readService(`${at} service`, service),
      region:
        region === undefined
          ? undefined
          : checkText(`${at} region`, region, { fix: "write region: 'eu-central-1'", deployTime: true }),
      actions: readActions(`${at} allow.actions`, allow.actions),
      resources: readResources(`${at} allow.resources`, allow.resources),
    })
  }

  readonly declared: DeclaredCredentials

  private constructor(declared: DeclaredCredentials) {
    this.declared = declared
  }

  /** In words, for the contract. */
  toString(): string {
    const { declared } = this
    const shown = (text: string) => (Token.isUnresolved(text) ? 'a deploy-time value' : text)
    switch (declared.kind) {
      case 'gatewayToken': {
        const { identity, audience, lifetime } = declared
        return `token of ${shown(identity.issuer)} for ${shown(audience)}, ${lifetime.toSeconds()} s`
      }
      case 'sigV4': {
        const { service, region, actions, resources } = declared
        const where = region === undefined ? '' : ` in ${shown(region)}`
        return `SigV4 for ${service}${where}: ${actions.join(', ')} on ${resources.map(shown).join(', ')}`
      }
    }
  }
}

/** By what it has, not by its class: there may be a second copy of this library. */
export function checkIdentity(at: string, given: unknown): void {
  const { issuer, key, publishedKeys } = Object(given) as Partial<GatewayIdentity>
  if (typeof issuer === 'string' && key && publishedKeys) return
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'a GatewayIdentity',
    fix: "make one for all upstreams: new GatewayIdentity(this, 'Identity', { issuer: 'https://api.example.com' })",
  })
}

/** What an upstream's option `credentials` says. Throws a `DeclarationError`. */
export function readCredentials(at: string, given: unknown): Credentials | undefined {
  if (given === undefined || given instanceof Credentials) return given
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'Credentials.gatewayToken(identity, { … }) or Credentials.sigV4({ … })',
    fix: 'make one of these, or leave it out: then the upstream cannot tell who sends a request',
  })
}

function readService(at: string, given: unknown): string {
  const fix = "write its signing name, for example service: 'execute-api'"
  const service = checkText(at, given, { fix })
  if (/^[a-z][a-z0-9-]*$/.test(service)) return service
  throw new DeclarationError({
    at,
    given: describeValue(given),
    allowed: 'lower-case letters, digits, -',
    fix,
  })
}

function readActions(at: string, given: unknown): readonly string[] {
  const fix = "name each, for example actions: ['execute-api:Invoke']"
  const actions = checkTexts(at, given, { fix })
  const wrong = actions.find(action => !/^[a-z][a-z0-9-]*:[A-Za-z][A-Za-z0-9]*$/.test(action))
  if (wrong === undefined) return actions
  const allowed = 'actions of IAM, service:Action, without wildcards'
  throw new DeclarationError({ at, given: describeValue(wrong), allowed, fix })
}

/** What is in front of a wildcard must say of which resource it is: six parts, and a beginning of the last one. */
const arn = /^arn:[^:*?]+:[^:*?]+:[^:*?]*:[^:*?]*:[^*?]+\*?$/

function readResources(at: string, given: unknown): readonly string[] {
  const fix = "name each, for example resources: [api.arnForExecuteApi('GET', '/deals', 'live')]"
  const resources = checkTexts(at, given, { fix, deployTime: true })
  const wrong = resources.find(resource => !isNarrow(resource))
  if (wrong === undefined) return resources
  throw new DeclarationError({
    at,
    given: describeValue(wrong),
    allowed: 'ARNs; a wildcard only at the end of one, after the beginning of its resource',
    fix,
  })
}

/** An ARN that is known only at deploy is somebody's own; what is written around it is looked at. */
const isNarrow = (resource: string): boolean =>
  (arn.test(resource) && !isEveryResource(resource)) ||
  (Token.isUnresolved(resource) && /^\$\{Token\[[^\]]+\]\}[^*?]*\*?$/.test(resource))
