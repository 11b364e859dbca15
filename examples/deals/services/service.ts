import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A request as these services see it: behind the gateway, so declared and validated already. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
  /** Who is calling, as the gateway says. */
  readonly subject: string
}

/** Who is calling; null: nobody who may. */
export type Identify = (request: IncomingMessage) => Promise<string | null>

export interface Service {
  readonly origin: string
  readonly close: () => Promise<void>
}

/** A JSON service on a free port of loopback. Whoever it cannot identify gets 401. */
export async function serve(
  answer: (asked: Asked) => Answer,
  identify: Identify = asTheGatewaySays,
): Promise<Service> {
  const server = createServer(async (request, response) => {
    const subject = await identify(request)
    const { status, body } =
      subject === null
        ? { status: 401, body: { error: 'not by the gateway' } }
        : answer({ ...(await read(request)), subject })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Unsigned: to be believed only where nobody but the gateway can reach the service. */
async function asTheGatewaySays({ headers }: IncomingMessage): Promise<string> {
  const principal = String(headers['sallyport-principal'] ?? '')
  return principal ? JSON.parse(Buffer.from(principal, 'base64url').toString('utf8')).sub : ''
}

async function read(request: IncomingMessage): Promise<Omit<Asked, 'subject'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://service')
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    body: text ? JSON.parse(text) : null,
  }
}
