import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inject } from 'vitest'
import { type CloudOptions, startCloud } from '../../local/cloud.ts'
import type { MintRequest } from '../../local/issuer/provider.ts'

/** A request exactly as an upstream received it. */
export interface Received {
  readonly method: string
  readonly url: string
  /** Names and values alternating, as sent. */
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An upstream that records what it receives and answers as told. */
export async function startRecorder() {
  const received: Received[] = []
  let answer: (
    received: Received,
  ) => Promise<{ status?: number; headers?: Record<string, string>; body?: string }> = async () => ({})
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const got: Received = {
      method: request.method ?? '',
      url: request.url ?? '',
      rawHeaders: request.rawHeaders,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    received.push(got)
    const { status = 200, headers = {}, body = '{"ok":true}' } = await answer(got)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    last: () => received.at(-1),
    answerWith: (next: typeof answer) => {
      answer = next
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

export const issuerName = 'https://login.example.com'

/** The example, running in the local cloud, before an upstream that records. */
export async function startDealDesk(options: Partial<CloudOptions> = {}) {
  const upstream = await startRecorder()
  const logs: string[] = []
  const cloud = await startCloud({
    assembly: inject('dealDesk'),
    upstreams: {
      'https://crm.internal.example.com': upstream.origin,
      'https://billing.internal.example.com': upstream.origin,
    },
    onLog: line => logs.push(line),
    ...options,
  })
  const issuer = cloud.issuers.builtIn(issuerName)
  const mint = async (request: Partial<MintRequest> = {}): Promise<string> => {
    if (!issuer) throw new Error('the issuer is not the built-in one')
    return issuer.mint({ subject: 'user-1', ...request })
  }
  return {
    cloud,
    upstream,
    /** Every line the functions wrote. */
    logs,
    mint,
    issuer,
    call: (path: string, init: RequestInit & { token?: string } = {}) =>
      fetch(`${cloud.url}${path}`, {
        ...init,
        headers: { ...(init.token && { authorization: `Bearer ${init.token}` }), ...init.headers },
      }),
    close: async () => {
      await cloud.close()
      await upstream.close()
    },
  }
}
