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
  readonly bytes: Buffer
}

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Uint8Array
}

/**
 * An upstream that records what it receives and answers as told.
 *
 * @param usual what it answers where it is not told
 */
export async function startRecorder(usual: (received: Received) => Answer = () => ({ body: '{"ok":true}' })) {
  const received: Received[] = []
  let answer: (received: Received) => Promise<Answer> = async () => ({})
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const got: Received = {
      method: request.method ?? '',
      url: request.url ?? '',
      rawHeaders: request.rawHeaders,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      bytes: Buffer.concat(chunks),
    }
    received.push(got)
    const { status = 200, headers = {}, body = '' } = { ...usual(got), ...(await answer(got)) }
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

const asked = { title: 'Forty chairs', amount: 5200, currency: 'EUR' }
export const deal = {
  ...asked,
  id: '6d120b42-0000-4000-8000-000000000001',
  owner: 'user-1',
  status: 'open',
  margin: 0.31,
}

/** What the example's services would say. */
export function usualDealDesk({ method, url }: Pick<Received, 'method' | 'url'>): Answer {
  if (url.startsWith('/invoices')) {
    const invoice = {
      id: deal.id,
      dealId: deal.id,
      amount: 1,
      currency: 'EUR',
      lines: [],
      number: 1,
      issuedBy: 'a',
    }
    return { status: 201, body: JSON.stringify(invoice) }
  }
  if (method === 'POST') return { status: 201, body: JSON.stringify(deal) }
  return { body: JSON.stringify(/^\/deals\/[^/?]/.test(url) ? deal : [deal]) }
}

export const issuerName = 'https://login.example.com'

/** The example, running in the local cloud, before an upstream that records. */
export async function startDealDesk(options: Partial<CloudOptions> = {}) {
  const upstream = await startRecorder(usualDealDesk)
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
