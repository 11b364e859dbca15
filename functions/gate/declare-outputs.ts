import type { APIGatewayProxyResult, Context } from 'aws-lambda'
import { type Deny, deny, Refused, settle } from '../../contract/decision.ts'
import type { OutputManifest } from '../../contract/gate-manifest.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { Validate } from './inputs/validation.ts'
import { readAnswerBody, textOf } from './outputs/body.ts'
import { readAnswerCookies } from './outputs/cookies.ts'
import { isEncoded, readAnswerHeaders, roomBeside } from './outputs/headers.ts'
import { fitsLambda } from './outputs/lambda-answer.ts'
import type { DeclaredRequest } from './passage.ts'
import type { UpstreamAnswer } from './upstreams/upstream.ts'

/** Validators of JSON answers, by route and status. */
export type AnswerValidators = Readonly<Record<string, Readonly<Record<string, Validate>> | null>>

/**
 * The handler: of what the upstream answers, only what is declared goes back. Denials: `upstream.failed` for a 5xx that is
 * not declared, `upstream.invalid_response` for any other status that is not, and for an answer that is not as declared.
 */
export const declareOutputs =
  (
    { outputs, telemetry }: { outputs: AnswerValidators; telemetry: Telemetry },
    call: (request: DeclaredRequest, context: Context) => Promise<UpstreamAnswer>,
  ) =>
  async (request: DeclaredRequest, context: Context): Promise<APIGatewayProxyResult> =>
    declareAnswer({ outputs, telemetry }, request, await call(request, context))

/** The same for an answer that is there already. Throws a {@link Refused}. */
export function declareAnswer(
  door: { outputs: AnswerValidators; telemetry: Pick<Telemetry, 'stripped'> },
  request: DeclaredRequest,
  answer: UpstreamAnswer,
): APIGatewayProxyResult {
  const passed = passedOf(door, request, answer)
  if (fitsLambda(passed.body)) return passed
  throw new Refused(deny('upstream.invalid_response', { note: 'body: larger than Lambda carries' }))
}

function passedOf(
  { outputs, telemetry }: Parameters<typeof declareAnswer>[0],
  request: DeclaredRequest,
  answer: UpstreamAnswer,
): APIGatewayProxyResult {
  const { output, stub } = request.route
  if (output === null) {
    if (!stub) throw new Error('neither an output nor a stub')
    return unchanged(answer)
  }
  if (output.kind === 'unsafeAny') return unchanged(answer)
  const { result, stripped } = declaredOf(request, output, answer, outputs)
  if (stripped > 0) telemetry.stripped({ route: request.key, place: 'output', count: stripped })
  return result
}

/** What a caller may see of an answer, and how much of it stays behind. */
function declaredOf(
  { key, ticket }: DeclaredRequest,
  { statuses }: Extract<OutputManifest, { kind: 'declared' }>,
  answer: UpstreamAnswer,
  outputs: AnswerValidators,
): { result: APIGatewayProxyResult; stripped: number } {
  const status = String(answer.status)
  const declared = Object.hasOwn(statuses, status) ? statuses[status] : undefined
  if (!declared) throw new Refused(refusalOf(answer.status) ?? undeclared(answer.status))
  const validators = Object.hasOwn(outputs, key) ? outputs[key] : undefined
  const body = settle(
    readAnswerBody(answer, declared, {
      validate: validators && Object.hasOwn(validators, status) ? validators[status] : undefined,
      viewers: ticket?.viewers ?? [],
    }),
  )
  const read = settle(readAnswerHeaders(answer, declared.headers))
  const { etag, ...headers } = read
  const setCookie = answer.headers['set-cookie'] ?? []
  const cookies = settle(readAnswerCookies(setCookie, declared.cookies, roomBeside(read)))
  return {
    result: {
      statusCode: answer.status,
      headers: {
        ...headers,
        // Of another answer than the one that goes back, it would tell what is left out of it.
        ...(etag !== undefined && body.isWhole && { etag }),
        ...(body.contentType && { 'content-type': body.contentType }),
      },
      ...(cookies.set.length > 0 && { multiValueHeaders: { 'set-cookie': [...cookies.set] } }),
      body: body.text,
      ...(body.isBase64 && { isBase64Encoded: true }),
    },
    stripped: body.stripped + cookies.dropped,
  }
}

/** Any answer as it is: a stub's, and one of which nothing is declared. */
function unchanged(answer: UpstreamAnswer): APIGatewayProxyResult {
  const refusal = refusalOf(answer.status)
  if (refusal) throw new Refused(refusal)
  const body = isEncoded(answer) ? undefined : textOf(answer.body)
  if (body === undefined) throw new Refused(deny('upstream.invalid_response', { note: 'body: not UTF-8' }))
  return {
    statusCode: answer.status,
    headers: settle(readAnswerHeaders(answer, ['content-type', 'etag'])),
    body,
  }
}

/** Why an answer of this status is not passed on, if nothing says that it may be. */
function refusalOf(status: number): Deny | undefined {
  // What a failing service says is for its own operators: a stack trace or a query must not travel further.
  if (status >= 500 && status < 600) return deny('upstream.failed', { note: `status ${status}` })
  // A redirect would leave what was declared. 304 is none: it answers a declared If-None-Match.
  const isAnswer = (status >= 200 && status < 300) || status === 304 || (status >= 400 && status < 500)
  return isAnswer ? undefined : undeclared(status)
}

const undeclared = (status: number): Deny =>
  deny('upstream.invalid_response', { note: `status ${status}: not declared` })
