import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { programsOnly } from '../network/programs-only.ts'
import { place } from '../template/intrinsics.ts'
import { type FunctionResult, payloadMaxBytes } from './result.ts'

export interface InvokeApiOptions {
  /** Runs the function of this name or ARN; `undefined` when there is none. */
  invoke(nameOrArn: string, event: unknown): Promise<FunctionResult | undefined>
}

export interface InvokeApi {
  /** http://127.0.0.1:PORT */
  origin: string
  close(): Promise<void>
}

/** An answer of the Lambda API that is not the function's. */
class ApiError extends Error {
  readonly status: number
  readonly type: string
  constructor(status: number, type: string, message: string) {
    super(message)
    this.status = status
    this.type = type
  }
}

// A request line cannot hold anything that is not one of these: name, partial ARN or ARN, percent-encoded.
const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/**
 * Serves Lambda's Invoke operation on a free port of 127.0.0.1, for callers that use the real AWS SDK:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. RequestResponse only; anything else is an error that says so.
 * Signatures are not checked: every program on this machine may invoke, but no web page.
 */
export async function startInvokeApi(options: InvokeApiOptions): Promise<InvokeApi> {
  const server = createServer((request, response) => {
    const requestId = randomUUID()
    response.setHeader('x-amzn-RequestId', requestId)
    invokeFor(request, options)
      .then(result => sendResult(response, result, requestId))
      .catch((error: unknown) => sendError(response, error))
  })
  programsOnly(server, [`lambda.${place.region}.amazonaws.com`])
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function invokeFor(request: IncomingMessage, options: InvokeApiOptions): Promise<FunctionResult> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const encoded = invocationPath.exec(url.pathname)?.[1]
  if (request.method !== 'POST' || !encoded) {
    throw new ApiError(
      404,
      'UnknownOperationException',
      `${request.method} ${url.pathname} is not supported by the local cloud; supported: POST /2015-03-31/functions/{name}/invocations`,
    )
  }
  refuseUnsupported(request, url)
  const event = await readEvent(request)
  const nameOrArn = decodeName(encoded)
  const result = await options.invoke(nameOrArn, event)
  if (result) return result
  throw new ApiError(404, 'ResourceNotFoundException', `Function not found: ${nameOrArn}`)
}

function refuseUnsupported(request: IncomingMessage, url: URL): void {
  const unsupported = (what: string, allowed: string) =>
    new ApiError(
      400,
      'InvalidParameterValueException',
      `${what} is not supported by the local cloud; ${allowed}`,
    )
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
    throw new ApiError(400, 'ValidationException', `'${encoded}' is not a percent-encoded function name`)
  }
}

async function readEvent(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > payloadMaxBytes) {
      const message = `Request must be smaller than ${payloadMaxBytes} bytes for the InvokeFunction operation`
      throw new ApiError(413, 'RequestEntityTooLargeException', message)
    }
    chunks.push(chunk)
  }
  // The payload is optional; the function then gets an empty object.
  if (size === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new ApiError(400, 'InvalidRequestContentException', 'Could not parse request body into json')
  }
}

function sendResult(response: ServerResponse, result: FunctionResult, requestId: string): void {
  if (result.kind === 'throttled') throw new ApiError(429, 'TooManyRequestsException', 'Rate Exceeded.')
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

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const { status, type, message } =
    error instanceof ApiError ? error : new ApiError(500, 'ServiceException', String(error))
  // After 413 the rest of the body is not read.
  if (status === 413) response.setHeader('Connection', 'close')
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': type })
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Service', message }))
}
