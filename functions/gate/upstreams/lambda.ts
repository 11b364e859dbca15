import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import { resolveDeployed, type UpstreamKind } from '../../../contract/manifest.ts'
import { roleCredentials } from '../../runtime/credentials.ts'
import { fieldsOf, grouped } from '../inputs/pairs.ts'
import type { DeclaredRequest } from '../passage.ts'
import { principalOf } from './principal.ts'
import { refusalOf, type Upstream, type UpstreamAnswer } from './upstream.ts'

/** What a Lambda upstream receives: the declared request, and who is calling. */
export interface LambdaUpstreamEvent {
  readonly route: string
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, readonly string[]>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
  readonly body: unknown
  readonly principal: ReturnType<typeof principalOf> | null
}

/** A Lambda function as upstream. It answers `{ statusCode, headers?, body }`, body being text. */
export function openLambda(
  declared: UpstreamKind<'lambda'>,
  environment: NodeJS.ProcessEnv,
  client = new LambdaClient({ maxAttempts: 1, credentials: roleCredentials(environment) }),
): Upstream {
  const functionName = resolveDeployed(declared.functionArn, environment)
  return async request => {
    try {
      const { FunctionError, Payload } = await client.send(
        new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(eventOf(request)) }),
        { abortSignal: AbortSignal.timeout(declared.timeoutMs) },
      )
      if (FunctionError) return deny('upstream.failed', { note: FunctionError })
      return answerOf(Payload?.transformToString() ?? '')
    } catch (error) {
      const name = String((error as Error).name)
      return deny(/Timeout|Abort/.test(name) ? 'upstream.timeout' : 'upstream.unreachable', { note: name })
    }
  }
}

const eventOf = ({
  key,
  path,
  query,
  headers,
  cookies,
  body,
  ticket,
}: DeclaredRequest): LambdaUpstreamEvent => ({
  route: key,
  path,
  query: Object.fromEntries(grouped(query)),
  headers: fieldsOf(headers),
  cookies: Object.fromEntries(cookies),
  body: body ?? null,
  principal: ticket && principalOf(ticket),
})

function answerOf(text: string): Decision<UpstreamAnswer> {
  const { statusCode, headers = {}, body = '', ...more } = parse(text)
  // Encodings, several values, cookies: what is not known here cannot be passed on as it was meant.
  if (Object.keys(more).length > 0) return deny('upstream.invalid_response', { note: 'an unknown member' })
  if (!Number.isInteger(statusCode) || typeof body !== 'string' || typeof headers !== 'object' || !headers) {
    return deny('upstream.invalid_response')
  }
  const status = statusCode as number
  const refusal = refusalOf(status)
  if (refusal) return refusal
  const lower = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
  )
  return allow({ status, headers: Object.fromEntries(lower), body })
}

function parse(text: string): { statusCode?: unknown; headers?: unknown; body?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
