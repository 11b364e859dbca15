import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ApiError,
  type AwsService,
  answerError,
  readRequest,
  startAwsService,
} from '../network/aws-service.ts'
import { type FunctionResult, payloadMaxBytes } from './result.ts'

export interface InvokeApiOptions {
  /** Runs the function of this name or ARN; `undefined` when there is none. */
  invoke(nameOrArn: string, event: unknown): Promise<FunctionResult | undefined>
}

// A request line cannot hold anything that is not one of these: name, partial ARN or ARN, percent-encoded.
const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/**
 * Plays Lambda's Invoke operation, https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. RequestResponse only; anything else is
 * an error that says so.
 */
export const startInvokeApi = (options: InvokeApiOptions): Promise<AwsService> =>
  startAwsService('lambda', (request, response) => {
    const requestId = randomUUID()
    response.setHeader('x-amzn-RequestId', requestId)
    invokeFor(request, options)
      .then(result => sendResult(response, result, requestId))
      .catch((error: unknown) => answerError(response, error, known => sendError(response, known)))
  })

async function invokeFor(request: IncomingMessage, options: InvokeApiOptions): Promise<FunctionResult> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const encoded = invocationPath.exec(url.pathname)?.[1]
  if (request.method !== 'POST' || !encoded) {
    throw new ApiError(
      'UnknownOperationException',
      `${request.method} ${url.pathname} is not supported by the local cloud; supported: POST /2015-03-31/functions/{name}/invocations`,
      404,
    )
  }
  refuseUnsupported(request, url)
  const event = await readEvent(request)
  const nameOrArn = decodeName(encoded)
  const result = await options.invoke(nameOrArn, event)
  if (result) return result
  throw new ApiError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404)
}

function refuseUnsupported(request: IncomingMessage, url: URL): void {
  const unsupported = (what: string, allowed: string) =>
    new ApiError('InvalidParameterValueException', `${what} is not supported by the local cloud; ${allowed}`)
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
  if (type !== 'RequestResponse') throw unsupported(`InvocationType ${type}`, 'use RequestResponse')
  const logType = request.headers['x-amz-log-type'] ?? 'None'
  if (logType !== 'None') throw unsupported(`LogType ${logType}`, "the function's lines are in the local log")
  if (request.headers['x-amz-client-context']) throw unsupported('ClientContext', 'leave it out')
  for (const [key, value] of url.searchParams) {
    if (key !== 'Qualifier' || value !== '$LATEST')
      throw unsupported(`${key}=${value}`, 'only $LATEST exists')
  }
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new ApiError('ValidationException', `'${encoded}' is not a percent-encoded function name`)
  }
}

async function readEvent(request: IncomingMessage): Promise<unknown> {
  const bytes = await readRequest(request, payloadMaxBytes)
  // The payload is optional; the function then gets an empty object.
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new ApiError('InvalidRequestContentException', 'Could not parse request body into json')
  }
}

function sendResult(response: ServerResponse, result: FunctionResult, requestId: string): void {
  if (result.kind === 'throttled') throw new ApiError('TooManyRequestsException', 'Rate Exceeded.', 429)
  if (result.kind !== 'returned') response.setHeader('X-Amz-Function-Error', 'Unhandled')
  response.writeHead(200, { 'Content-Type': 'application/json', 'X-Amz-Executed-Version': '$LATEST' })
  response.end(JSON.stringify(payloadOf(result, requestId)))
}

function payloadOf(result: Exclude<FunctionResult, { kind: 'throttled' }>, requestId: string): unknown {
  switch (result.kind) {
    case 'returned':
      return result.payload
    case 'failed':
      return { errorType: result.errorType, errorMessage: result.errorMessage }
    case 'timed-out':
      return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out` }
  }
}

function sendError(response: ServerResponse, { status, type, message }: ApiError): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': type })
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message }))
}
