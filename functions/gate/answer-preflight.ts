import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { preflightHeaders } from '../../contract/cors.ts'
import { allow, type Decision, deny, Refused, settle } from '../../contract/decision.ts'
import type { CorsManifest } from '../../contract/gate-manifest.ts'
import { routeKey } from '../../contract/route.ts'
import { headerValues } from '../runtime/header-values.ts'
import type { Step, Timed } from './passage.ts'

type Preflights = CorsManifest['preflights']

/** Names the declared path whose preflight this is, for logs and metrics. By the matched resource, as routes are. */
export function matchPreflight({ preflights }: { preflights: Preflights }): Step<Timed> {
  return {
    before: ({ event, internal }) => {
      if (!Object.hasOwn(preflights, event.resource)) throw new Refused(deny('route.undeclared'))
      internal.key = routeKey('OPTIONS', event.resource)
    },
  }
}

/**
 * The handler of preflights: may a page of this origin send this method with these headers? 204 if all of it is declared,
 * `origin.not_allowed` if any of it is not. It reads nothing else of the request, counts it against nobody, and calls no one.
 */
export const answerPreflight =
  (cors: CorsManifest) =>
  async ({ resource, multiValueHeaders: sent }: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const origin = settle(only(sent, 'origin'))
    if (!cors.origins.includes(origin)) throw new Refused(deny('origin.not_allowed'))
    const method = settle(only(sent, 'access-control-request-method'))
    const methods = cors.preflights[resource]
    const headers = methods && Object.hasOwn(methods, method) ? methods[method] : undefined
    if (!headers) throw new Refused(deny('origin.not_allowed', { note: 'method' }))
    const asked = headerValues(sent, 'access-control-request-headers').flatMap(line => line.split(','))
    const names = asked.map(name => name.trim().toLowerCase()).filter(name => name !== '')
    if (!names.every(name => headers.includes(name))) {
      throw new Refused(deny('origin.not_allowed', { note: 'header' }))
    }
    return { statusCode: 204, headers: preflightHeaders(cors, { origin, method, headers }), body: '' }
  }

/** A header that must be there, once. */
function only(sent: APIGatewayProxyEvent['multiValueHeaders'], name: string): Decision<string> {
  const [value, ...others] = headerValues(sent, name)
  return value === undefined || others.length > 0 ? deny('origin.not_allowed', { note: name }) : allow(value)
}
