import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import { resolveDeployed } from '../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../contract/upstream-manifest.ts'
import { roleCredentials } from '../../runtime/credentials.ts'
import { fieldsOf, grouped } from '../inputs/pairs.ts'
import type { DeclaredRequest } from '../passage.ts'
import { boundedBody, embedBody } from './bodies.ts'
import { principalOf } from './principal.ts'
import { shorter, type Upstream, type UpstreamAnswer } from './upstream.ts'

/** What a Lambda upstream receives: the declared request, and who is calling. */
export interface LambdaUpstreamEvent {
  readonly route: string
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, readonly string[]>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
  /** A JSON value; of a form, lists of texts by name; text; of bytes, `{ type, base64 }`. Null: there is none. */
  readonly body: unknown
  readonly principal: ReturnType<typeof principalOf> | null
}

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const mostBytes = 6 * 1024 * 1024

/** A Lambda function as upstream. It answers `{ statusCode, headers?, multiValueHeaders?, body?, isBase64Encoded? }`. */
export function openLambda(
  declared: UpstreamKind<'lambda'>,
  environment: NodeJS.ProcessEnv,
  client = new LambdaClient({ maxAttempts: 1, credentials: roleCredentials(environment) }),
): Upstream {
  const functionName = resolveDeployed(declared.functionArn, environment)
  return async (request, withinMs) => {
    const payload = payloadOf(request)
    if (!payload.ok) return payload
    try {
      const { FunctionError, Payload } = await client.send(
        new InvokeCommand({ FunctionName: functionName, Payload: payload.value }),
        { abortSignal: AbortSignal.timeout(shorter(declared.timeoutMs, withinMs)) },
      )
      if (FunctionError) return deny('upstream.failed', { note: FunctionError })
      return answerOf(Payload?.transformToString() ?? '')
    } catch (error) {
      const name = String((error as Error).name)
      return deny(/Timeout|Abort/.test(name) ? 'upstream.timeout' : 'upstream.unreachable', { note: name })
    }
  }
}

/** Denial: `input.too_large`, for what no invocation carries, and for JSON that is larger than declared once it is written anew. */
function payloadOf(request: DeclaredRequest): Decision<string> {
  const { body } = request.route.input
  const payload = JSON.stringify(eventOf(request))
  const bytes = Buffer.byteLength(payload)
  // Control characters of a text take six bytes there, bytes a third more.
  if (bytes > mostBytes) return deny('input.too_large', { note: 'as an invocation' })
  if (body?.kind !== 'json' || bytes <= body.maxBytes) return allow(payload)
  const bounded = boundedBody(request)
  return bounded.ok ? allow(payload) : bounded
}

const eventOf = (request: DeclaredRequest): LambdaUpstreamEvent => ({
  route: request.key,
  path: request.path,
  query: Object.fromEntries(grouped(request.query)),
  headers: fieldsOf(request.headers),
  cookies: Object.fromEntries(request.cookies),
  body: embedBody(request),
  principal: request.ticket && principalOf(request.ticket),
})

/** As API Gateway reads a function's answer, but exactly: what it would guess at is refused. */
function answerOf(text: string): Decision<UpstreamAnswer> {
  const {
    statusCode,
    headers = {},
    multiValueHeaders = {},
    body = '',
    isBase64Encoded = false,
    ...more
  } = parse(text)
  const known = Object.keys(more).length === 0 && typeof isBase64Encoded === 'boolean'
  if (!known || !Number.isInteger(statusCode) || typeof body !== 'string') return unreadable('its shape')
  const read = headersOf(headers, multiValueHeaders)
  if (!read) return unreadable('its headers')
  if (!isBase64Encoded) return allow({ status: statusCode as number, headers: read, body })
  const bytes = Buffer.from(body, 'base64')
  // Node skips what is no base64.
  if (bytes.toString('base64') !== body) return unreadable('its base64')
  return allow({ status: statusCode as number, headers: read, body: bytes })
}

const unreadable = (what: string) =>
  deny('upstream.invalid_response', { note: `a function's answer: ${what}` })

/** By lower-case name; undefined where one is no text, or no list of texts. */
function headersOf(single: unknown, multi: unknown): Record<string, string[]> | undefined {
  if (!isRecord(single) || !isRecord(multi)) return undefined
  const lists = Object.values(multi).every(Array.isArray)
  const fields = [
    ...Object.entries(single),
    ...Object.entries(multi).flatMap(([name, values]) =>
      [values].flat().map(value => [name, value] as const),
    ),
  ]
  if (!lists || !fields.every(([, value]) => typeof value === 'string')) return undefined
  return Object.fromEntries(grouped(fields.map(([name, value]) => [name.toLowerCase(), String(value)])))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
