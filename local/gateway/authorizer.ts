import { type ApiIdentity, authorizerArn, methodArn } from './api-identity.ts'
import { type AuthorizerResult, readAuthorizerResult } from './authorizer-result.ts'
import { authorizerEvent } from './event.ts'
import type { AuthorizerTrace, Exchange } from './exchange.ts'
import { REFUSALS, type Refusal } from './gateway-response-types.ts'
import { identityValue } from './identity-source.ts'
import type { AuthorizerDefinition } from './operation.ts'
import { evaluatePolicy, MalformedResultError } from './policy.ts'
import { createResultCache } from './result-cache.ts'
import type { RouteMatch } from './router.ts'
import type { RestApiServices } from './services.ts'

/** What an authorizer comes to for one request. The trace is there whenever it was asked, also on a refusal. */
type Authorization =
  | { kind: 'allowed'; trace: AuthorizerTrace }
  | { kind: 'refused'; refusal: Refusal; trace: AuthorizerTrace | null }

export type Authorizer = (exchange: Exchange, match: RouteMatch) => Promise<Authorization>

/** AWS documents no size; this only keeps a local flood from growing without end. */
const CACHE_MAX_ENTRIES = 10_000
/** Not established for REST APIs (platform-facts §7); taken to be that of an integration. */
const TIMEOUT_MS = 29_000
/** A longer method ARN is answered with 414 (platform-facts §5.2). */
const METHOD_ARN_MAX_BYTES = 1600

/**
 * A REQUEST authorizer (platform-facts §5.2). Its cache holds the policy, not the decision: each request is evaluated
 * against it by its own method ARN. Answers other than a well-formed result are never cached.
 */
export function createAuthorizer(
  definition: AuthorizerDefinition,
  api: ApiIdentity,
  services: Pick<RestApiServices, 'invoke' | 'mayInvoke' | 'now'>,
): Authorizer {
  const cache = createResultCache<AuthorizerResult>({
    ttlMs: definition.ttlSeconds * 1000,
    maxEntries: CACHE_MAX_ENTRIES,
    now: services.now,
  })
  const sourceArn = authorizerArn(api, definition.id)

  return async (exchange, match) => {
    const arn = methodArn(api, exchange.request.method, exchange.request.path)
    if (Buffer.byteLength(arn) > METHOD_ARN_MAX_BYTES) return refused(REFUSALS.URI_TOO_LONG)
    const key = cacheKey(definition, exchange, match)
    if (key === null) return refused(REFUSALS.UNAUTHORIZED)
    const cached = cache.get(key)
    if (cached) return decide(cached, arn, 0)
    if (!services.mayInvoke(definition.functionArn, sourceArn)) {
      return refused(
        REFUSALS.AUTHORIZER_CONFIGURATION_ERROR,
        failure(0, 500, 'no permission to call the authorizer'),
      )
    }
    const startedAt = services.now()
    const answer = await services.invoke(definition.functionArn, authorizerEvent(exchange, match, arn), {
      timeoutMs: TIMEOUT_MS,
    })
    const latencyMs = services.now() - startedAt
    switch (answer.kind) {
      case 'returned': {
        const result = readOrProblem(answer.payload)
        if (typeof result === 'string') {
          return refused(REFUSALS.AUTHORIZER_CONFIGURATION_ERROR, failure(latencyMs, 500, result))
        }
        cache.set(key, result)
        return decide(result, arn, latencyMs)
      }
      case 'failed':
        // The exact message is the one way for an authorizer to answer 401.
        if (answer.errorMessage === 'Unauthorized') {
          return refused(REFUSALS.UNAUTHORIZED, failure(latencyMs, 401, 'Unauthorized'))
        }
        return refused(REFUSALS.AUTHORIZER_FAILURE, failure(latencyMs, 500, answer.errorType))
      case 'timed-out':
        return refused(REFUSALS.AUTHORIZER_FAILURE, failure(latencyMs, 500, 'the authorizer timed out'))
      case 'throttled':
        return refused(REFUSALS.AUTHORIZER_FAILURE, failure(latencyMs, 500, 'the authorizer was throttled'))
    }
  }
}

/**
 * All identity sources together, or `null` when one is missing: then the answer is 401 and nothing is invoked.
 * Without caching the sources are optional, and the authorizer is always asked (platform-facts §5.2).
 */
function cacheKey(definition: AuthorizerDefinition, exchange: Exchange, match: RouteMatch): string | null {
  const values = definition.identitySources.map(source =>
    identityValue(source, exchange.request, match.operation.path),
  )
  if (definition.ttlSeconds > 0 && values.includes(undefined)) return null
  return JSON.stringify(values)
}

function decide(result: AuthorizerResult, arn: string, latencyMs: number): Authorization {
  const { principalId, context } = result
  const trace = { latencyMs, principalId, context }
  switch (evaluatePolicy(result.policy, arn)) {
    case 'allowed':
      return { kind: 'allowed', trace: { ...trace, status: 200 } }
    // The context of a refusal stays readable in ACCESS_DENIED responses (platform-facts §5.2).
    case 'explicitly-denied':
      return refused(REFUSALS.EXPLICIT_DENY, { ...trace, status: 403, error: 'explicit deny' })
    case 'implicitly-denied':
      return refused(REFUSALS.ACCESS_DENIED, { ...trace, status: 403, error: 'no statement allows it' })
  }
}

function readOrProblem(payload: unknown): AuthorizerResult | string {
  try {
    return readAuthorizerResult(payload)
  } catch (error) {
    if (error instanceof MalformedResultError) return error.message
    throw error
  }
}

function refused(refusal: Refusal, trace: AuthorizerTrace | null = null): Authorization {
  return { kind: 'refused', refusal, trace }
}

function failure(latencyMs: number, status: number, error: string): AuthorizerTrace {
  return { latencyMs, status, error, context: {} }
}
