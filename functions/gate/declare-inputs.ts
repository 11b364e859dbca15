import type { APIGatewayProxyEvent } from 'aws-lambda'
import { type Deny, Refused, settle } from '../../contract/decision.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import { unacceptable } from './inputs/accept.ts'
import { readAuthorization } from './inputs/authorization.ts'
import { readBody } from './inputs/body.ts'
import { readCertificate } from './inputs/certificate.ts'
import { readCookies } from './inputs/cookies.ts'
import { Findings } from './inputs/findings.ts'
import { readHeaders, sentHeaders } from './inputs/headers.ts'
import { readPath } from './inputs/path.ts'
import { readQuery } from './inputs/query.ts'
import { type RouteValidators, validate } from './inputs/validation.ts'
import type { Admitted, DeclaredRequest, Limited, Step, Timed } from './passage.ts'

/**
 * Replaces the raw event with what is declared of it, validated. What is not declared is not copied, so no later step,
 * and no upstream, can see it; that there was something is counted. Denials: `input.ambiguous`, `input.not_acceptable`, `input.media_type`,
 * `input.too_large`, `input.malformed`, `input.undeclared`, `input.invalid`; those of inputs name all that are at fault.
 */
export function declareInputs({
  validators,
  telemetry,
}: {
  validators: Readonly<Record<string, RouteValidators>>
  telemetry: Telemetry
}): Step<Limited & Partial<Timed>> {
  return {
    before: request => {
      const { internal } = request
      const findings = new Findings()
      const declared = reporting(findings, internal, telemetry, () =>
        declare(request.event, internal, findings),
      )
      refuse(internal.route.input.undeclared === 'reject' ? findings.surplus : undefined)
      const routeValidators = Object.hasOwn(validators, declared.key) ? validators[declared.key] : undefined
      // Deployed without its validators: nothing was validated, so nothing passes.
      if (!routeValidators) throw new Error('no validators for this route')
      validate(declared, routeValidators, findings)
      refuse(findings.invalidity)
      replaceEvent(request, declared)
    },
  }
}

/** The line behind which no raw event exists: middy hands later steps and the handler whatever the request holds now. */
function replaceEvent(request: { event: APIGatewayProxyEvent }, declared: DeclaredRequest): void {
  Object.assign(request, { event: declared })
}

function declare(
  event: APIGatewayProxyEvent,
  { key, route, ticket, client }: Limited,
  findings: Findings,
): DeclaredRequest {
  const { input } = route
  const sent = sentHeaders(event.multiValueHeaders)
  const path = readPath(event.pathParameters, input.path, findings)
  const query = readQuery(event.multiValueQueryStringParameters, input.query, findings)
  const headers = readHeaders(sent, input.headers, findings)
  const cookies = readCookies(sent, input.cookies, findings)
  // Before the body is read: of a request that can be read in two ways, nothing more is worth saying.
  refuse(findings.ambiguity)
  refuse(findings.malformation)
  refuse(unacceptable(sent, route.output))
  const body = settle(readBody(event, sent, input.body, findings))
  refuse(findings.ambiguity)
  return {
    key,
    route,
    ticket,
    path,
    query,
    headers: input.forwardAuthorization ? [...headers, ...settle(readAuthorization(sent))] : headers,
    cookies,
    body: body.value,
    bodyType: body.type,
    sourceIp: client.address,
    certificate: readCertificate(event),
  }
}

/** What was left behind is counted whatever becomes of the request; named only where the route asks for it. */
function reporting<T>(
  findings: Findings,
  { key, route, envelope }: Admitted & Pick<Partial<Timed>, 'envelope'>,
  telemetry: Telemetry,
  read: () => T,
): T {
  try {
    return read()
  } finally {
    for (const [place, count] of findings.left) {
      const named = route.input.logUndeclared && {
        requestId: envelope?.requestId,
        names: findings.namesLeftIn(place),
      }
      telemetry.stripped({ route: key, place, count, ...named })
    }
  }
}

function refuse(denial: Deny | undefined): void {
  if (denial) throw new Refused(denial)
}
