import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import type { AuthorizerManifest } from '../../contract/authorizer-manifest.ts'
import { type Decision, deny } from '../../contract/decision.ts'
import { reasonOf } from '../../contract/reasons.ts'
import { type RouteKey, routeKey } from '../../contract/route.ts'
import type { Ticket } from '../../contract/ticket.ts'
import { clientAddresses } from '../runtime/client-address.ts'
import { type Clock, instant } from '../runtime/clock.ts'
import { envelopeOf } from '../runtime/envelope.ts'
import { headerValues } from '../runtime/header-values.ts'
import { onFirstUse } from '../runtime/on-first-use.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import { readBearerToken } from './bearer.ts'
import type { Issuers } from './issuers.ts'
import { bearerOf, permit } from './permissions.ts'
import { allowRoute, denyRoute, resourcesOf } from './policy.ts'
import { verifyToken } from './token.ts'
import type { VerifiedToken, VerifiedTokens } from './verified-tokens.ts'

interface FirstDoorParts {
  readonly manifest: AuthorizerManifest
  /** `arn:<partition>:execute-api:<region>:<account>:`, known at deploy time. */
  readonly arnPrefix: string
  readonly issuers: Issuers
  readonly verified: VerifiedTokens
  readonly telemetry: Telemetry
  readonly clock: Clock
}

interface Verdict {
  readonly decision: Decision<Ticket>
  /** Where there is one that was verified, whatever was decided then. */
  readonly token?: VerifiedToken
}

/**
 * The authorizer: who is calling, and may they use this route? Its answer is cached by API Gateway per token, method and
 * resource, so it depends on nothing else of the request; what does (limits, path values) is left to the second door. Only whose
 * page may read a no is taken from beside the token.
 *
 * Ends in a policy that allows this one route and carries the {@link Ticket}, a policy that denies (403), the error
 * `Unauthorized` (401), or another error (503: the keys cannot be had, or a fault).
 */
export function createFirstDoor(parts: FirstDoorParts) {
  const { manifest, arnPrefix, telemetry, clock } = parts
  const addresses = onFirstUse(() => clientAddresses(manifest.clientAddress))
  const decide = async (event: APIGatewayRequestAuthorizerEvent, key: RouteKey): Promise<Verdict> => {
    const access = Object.hasOwn(manifest.routes, key) ? manifest.routes[key] : undefined
    if (!access) return { decision: deny('route.undeclared') }
    const bearer = readBearerToken(event.multiValueHeaders)
    if (!bearer.ok) return { decision: bearer }
    const token = await verifyToken(bearer.value, parts)
    if (!token.ok) return { decision: token }
    const ageMs = token.value.issuer.keys.age()
    if (ageMs !== null) telemetry.keysUsed(ageMs)
    return { decision: permit(token.value, access, key), token: token.value }
  }

  return async (event: APIGatewayRequestAuthorizerEvent) => {
    const began = instant(clock)
    telemetry.arrived()
    const key = routeKey(event.httpMethod, event.resource)
    const envelope = envelopeOf(event)
    const { requestId = '' } = envelope
    const where = { route: Object.hasOwn(manifest.routes, key) ? key : 'undeclared', requestId }
    // The one place where an exception becomes a denial.
    const verdict = await decide(event, key).catch((error: unknown): Verdict => {
      telemetry.fault(error, where)
      return { decision: deny('gateway.fault') }
    })
    const { decision } = verdict
    if (!decision.ok) telemetry.denied({ ...where, denial: decision })
    telemetry.authorized({
      route: where.route,
      status: decision.ok ? 200 : reasonOf(decision.reason).status,
      startedAt: began.wall,
      durationMs: Math.round(100 * (clock.steady() - began.steady)) / 100,
      // A yes is in the second door's event.
      decided: decision.ok
        ? null
        : {
            ...envelope,
            sourceIp: addresses()(event),
            requestId,
            principal: verdict.token && bearerOf(verdict.token),
            fingerprint: manifest.routes[where.route]?.fingerprint,
          },
    })
    if (decision.ok)
      return allowRoute(resourcesOf(arnPrefix, event.requestContext, manifest.stage, key), decision.value)

    const { status } = reasonOf(decision.reason)
    // The word API Gateway turns into a 401; any other message becomes its AUTHORIZER_FAILURE response.
    if (status === 401) throw new Error('Unauthorized')
    if (status >= 500) throw new Error(decision.reason)
    const resources = resourcesOf(arnPrefix, event.requestContext, manifest.stage, key)
    const [origin = '', ...others] = headerValues(event.multiValueHeaders, 'origin')
    // Cached like the rest: for another page with the same token it names the wrong origin, and browsers keep the answer from it.
    const sharedWith = others.length === 0 && manifest.sharedOrigins.includes(origin) ? origin : undefined
    return denyRoute(resources, decision.reason, manifest.routes[key], sharedWith)
  }
}
