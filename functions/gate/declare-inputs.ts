import type { APIGatewayProxyEvent } from 'aws-lambda'
import { deny, Refused, settle } from '../../contract/decision.ts'
import { readBody } from './inputs/body.ts'
import { readCookies } from './inputs/cookies.ts'
import { readHeaders } from './inputs/headers.ts'
import { readPath } from './inputs/path.ts'
import { readQuery } from './inputs/query.ts'
import { candidateOf, fieldErrors, type ValidateRoute } from './inputs/validation.ts'
import type { Admitted, DeclaredRequest, Step } from './passage.ts'

/**
 * Replaces the raw event with what is declared of it, validated. What is not declared is not copied, so no later step,
 * and no upstream, can see it. Denials: `input.invalid` (naming the field), `input.ambiguous`, `input.malformed`,
 * `input.media_type`, `input.too_large`.
 */
export function declareInputs({
  validators,
}: {
  validators: Readonly<Record<string, ValidateRoute>>
}): Step<Admitted> {
  return {
    before: request => {
      const declared = declare(request.event, request.internal)
      const validate = validators[declared.key]
      // Deployed without its validator: nothing was validated, so nothing passes.
      if (!validate) throw new Error('no validator for this route')
      if (!validate(candidateOf(declared))) {
        throw new Refused(deny('input.invalid', { fields: fieldErrors(validate.errors) }))
      }
      replaceEvent(request, declared)
    },
  }
}

/** The line behind which no raw event exists: middy hands later steps and the handler whatever the request holds now. */
function replaceEvent(request: { event: APIGatewayProxyEvent }, declared: DeclaredRequest): void {
  Object.assign(request, { event: declared })
}

function declare(event: APIGatewayProxyEvent, { key, route, ticket }: Admitted): DeclaredRequest {
  const { input } = route
  return {
    key,
    route,
    ticket,
    path: settle(readPath(event.pathParameters, input.path)),
    query: settle(readQuery(event.multiValueQueryStringParameters, input.query)),
    headers: settle(readHeaders(event.multiValueHeaders, input.headers)),
    cookies: settle(readCookies(event.multiValueHeaders, input.cookies)),
    body: settle(readBody(event, input.body)),
    sourceIp: event.requestContext?.identity?.sourceIp ?? '',
  }
}
