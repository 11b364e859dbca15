import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { Certified } from './certificates.ts'

export type Answers = (request: IncomingMessage, response: ServerResponse) => void

const ok: Answers = (_, response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')

/** An HTTPS server of a test's own, which notes whom it was shown and what it was asked. */
export async function startTlsServer(own: Certified, options: TlsOptions = {}) {
  let answers = ok
  const asked: string[] = []
  /** Serial numbers of certificates, with each request. */
  const shown: string[] = []
  let connections = 0
  const server = createServer(
    { cert: own.certificate, key: own.privateKey, ...options },
    (request, response) => {
      asked.push(`${request.method} ${request.url}`)
      const { raw } = (request.socket as TLSSocket).getPeerCertificate() ?? {}
      if (raw) shown.push(new X509Certificate(raw).serialNumber)
      answers(request, response)
    },
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket.once('close', () => sockets.delete(socket)))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    shown,
    connections: () => connections,
    open: () => sockets.size,
    answerWith(next: Answers) {
      answers = next
    },
    /** For new connections. */
    use: (changes: TlsOptions) => server.setSecureContext(changes),
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

export const serialOf = ({ certificate }: Certified): string => new X509Certificate(certificate).serialNumber
