import type { IncomingMessage, RequestListener } from 'node:http'
import { ApiError, answerError, readRequest } from './aws-service.ts'

/** What is sent to an operation. */
export type Input = Readonly<Record<string, unknown>>

/** Operations by their names in `x-amz-target`. Those that throw an {@link ApiError} answer with it. */
export type Operations = Readonly<Record<string, (input: Input) => object>>

const maxBytes = 64 * 1024

/**
 * Answers the protocol AWS JSON 1.1, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html. An operation that is not there is an
 * error that says which are.
 */
export const awsJson =
  (operations: Operations): RequestListener =>
  (request, response) => {
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    answerTo(request, operations)
      .then(answer => send(200, answer))
      .catch((error: unknown) =>
        answerError(response, error, ({ type, message, status }) => send(status, { __type: type, message })),
      )
  }

async function answerTo(request: IncomingMessage, operations: Operations): Promise<object> {
  const target = String(request.headers['x-amz-target'])
  const operation = Object.hasOwn(operations, target) ? operations[target] : undefined
  if (request.method !== 'POST' || !operation) {
    throw new ApiError(
      'UnknownOperationException',
      `${target} is not supported by the local cloud; supported: ${Object.keys(operations).join(', ')}`,
    )
  }
  return operation(await readJson(request))
}

async function readJson(request: IncomingMessage): Promise<Input> {
  const bytes = await readRequest(request, maxBytes)
  try {
    return Object(JSON.parse(bytes.toString('utf8')))
  } catch {
    throw new ApiError('SerializationException', 'the body is not JSON')
  }
}
