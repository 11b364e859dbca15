import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { programsOnly } from '../network/programs-only.ts'
import { place } from '../template/intrinsics.ts'
import type { LocalSecret } from './values.ts'

export interface SecretsApiOptions {
  /** The secret of this id (name or ARN), and its text as of now; undefined when there is no such secret, or it has no text. */
  read(id: string): { readonly secret: LocalSecret; readonly value: string } | undefined
}

export interface SecretsApi {
  /** http://127.0.0.1:PORT */
  origin: string
  close(): Promise<void>
}

// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
class ApiError extends Error {
  readonly type: string
  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

const largestRequest = 64 * 1024

/**
 * Serves Secrets Manager's GetSecretValue on a free port of 127.0.0.1, for callers that use the real AWS SDK:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html. The current version only; anything else is an
 * error that says so. Signatures are not checked: every program on this machine may read, but no web page.
 */
export async function startSecretsApi(options: SecretsApiOptions): Promise<SecretsApi> {
  const server = createServer((request, response) => {
    answerTo(request, options)
      .then(answer => send(response, 200, answer))
      .catch((error: unknown) => sendError(response, error))
  })
  programsOnly(server, [`secretsmanager.${place.region}.amazonaws.com`])
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

async function answerTo(request: IncomingMessage, { read }: SecretsApiOptions): Promise<object> {
  const target = request.headers['x-amz-target']
  if (request.method !== 'POST' || target !== 'secretsmanager.GetSecretValue') {
    throw new ApiError(
      'UnknownOperationException',
      `${String(target)} is not supported by the local cloud; supported: secretsmanager.GetSecretValue`,
    )
  }
  const { SecretId: id, ...more } = await readBody(request)
  const [other] = Object.keys(more)
  if (typeof id !== 'string' || other !== undefined) {
    throw new ApiError(
      'InvalidParameterException',
      other === undefined
        ? 'SecretId is missing'
        : `${other} is not supported by the local cloud; only the current version exists`,
    )
  }
  const found = read(id)
  // As AWS says it of a secret that has no value yet, as well.
  if (!found)
    throw new ApiError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  return {
    ARN: found.secret.arn,
    Name: found.secret.name,
    VersionId: versionOf(found.value),
    SecretString: found.value,
    VersionStages: ['AWSCURRENT'],
  }
}

/** The same for the same text, in the form of a UUID as AWS's are. */
const versionOf = (value: string): string =>
  createHash('sha256')
    .update(value)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestRequest) throw new ApiError('InvalidRequestException', 'the request is too large')
    chunks.push(chunk)
  }
  try {
    return Object(JSON.parse(Buffer.concat(chunks).toString('utf8')))
  } catch {
    throw new ApiError('SerializationException', 'the request is no JSON')
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const known = error instanceof ApiError
  send(response, known ? 400 : 500, {
    __type: known ? error.type : 'InternalServiceError',
    message: known ? error.message : 'the local value cannot be read',
  })
}
