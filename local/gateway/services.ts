import type { FunctionResult } from '../lambda/result.ts'

export type { FunctionResult }

/** What a REST API needs from the cloud around it. */
export interface RestApiServices {
  invoke(functionArn: string, event: unknown, options: { timeoutMs: number }): Promise<FunctionResult>
  /** Whether a resource-based permission lets API Gateway call the function on behalf of this source ARN. */
  mayInvoke(functionArn: string, sourceArn: string): boolean
  /** ms since 1970 */
  now(): number
  /** Called once per answered request. The line is empty when the stage declares no access log format. */
  accessLog(line: string, summary: AccessSummary): void
}

/** A request in short, for a terminal. */
export interface AccessSummary {
  method: string
  /** As sent, without stage and query string. */
  path: string
  status: number
  latencyMs: number
  /** Of it, the wait for the function behind the route; absent where it was not asked. */
  integrationLatencyMs?: number
  /** The template of the matched resource, or `null` when none matched. */
  resourcePath: string | null
  /** `reason` in the context the authorizer returned, if there was one. */
  reason?: string
  /** What functions know the request by; a client cannot choose it. */
  extendedRequestId: string
  /**
   * Where the gateway itself answered: the type of its response, its message (constant but for names of parameters), and what was
   * wrong with the function it asked, if that was it.
   */
  gatewayResponse?: { type: string; message: string | null; integrationError?: string }
}
