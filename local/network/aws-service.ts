import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from '../gateway/body.ts'
import { place } from '../template/intrinsics.ts'
import { programsOnly } from './programs-only.ts'

/** A service of AWS that is played here. */
export interface AwsService {
  /** http://127.0.0.1:PORT */
  readonly origin: string
  close(): Promise<void>
}

/** An answer that is an error: its name as the service's documentation has it, and what it says. */
export class ApiError extends Error {
  readonly type: string
  readonly status: number
  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

/**
 * Serves what plays a service (`kms`) on a free port of 127.0.0.1, for callers that use the real AWS SDK. Signatures of requests are not
 * checked: every program on this machine may ask, but no web page.
 */
export async function startAwsService(service: string, listener: RequestListener): Promise<AwsService> {
  const server = createServer(listener)
  programsOnly(server, [`${service}.${place.region}.amazonaws.com`])
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

/** The body of a request. Throws an {@link ApiError} for one that is larger than that, or was broken off. */
export async function readRequest(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const body = await readBody(request, maxBytes)
  if (body.kind === 'read') return body.bytes
  if (body.kind === 'disconnected') throw new ApiError('RequestAborted', 'the request was broken off')
  throw new ApiError('RequestEntityTooLargeException', `Request must be smaller than ${maxBytes} bytes`, 413)
}

/** Says what went wrong in the way of a protocol, if that can still be said. What is no {@link ApiError} is a fault of the local cloud. */
export function answerError(
  response: ServerResponse,
  error: unknown,
  write: (error: ApiError) => void,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const known = error instanceof ApiError ? error : new ApiError('InternalFailure', String(error), 500)
  // The rest of the body is not read.
  if (known.status === 413) response.setHeader('Connection', 'close')
  write(known)
}
