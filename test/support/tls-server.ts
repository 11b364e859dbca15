import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
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
  const http = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const serial = serialShown(request.socket as TLSSocket)
    if (serial !== undefined) shown.push(serial)
    answers(request, response)
  })
  // Not by node:https, which closes a connection before its alert is on its way.
  const server = createServer({ cert: own.certificate, key: own.privateKey, ...options }, socket =>
    http.emit('connection', socket),
  )
  server.on('tlsClientError', () => {})
  const sockets = new Set<Socket>()
  const secure = new Set<TLSSocket>()
  server.on('secureConnection', socket => secure.add(socket.once('close', () => secure.delete(socket))))
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket.once('close', () => sockets.delete(socket)))
  })
  // Node would close the connection before its alert is on its way.
  server.on('clientError', (_, socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    shown,
    connections: () => connections,
    /** Of new connections. */
    present: ({ certificate, privateKey }: Certified, more: TlsOptions = {}) =>
      server.setSecureContext({ ...options, ...more, cert: certificate, key: privateKey }),
    /** Open connections on which this certificate was shown. */
    showing: (serial: string) => [...secure].filter(socket => serialShown(socket) === serial).length,
    answerWith(next: Answers) {
      answers = next
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const serialShown = (socket: TLSSocket): string | undefined => socket.getPeerX509Certificate()?.serialNumber

export const serialOf = ({ certificate }: Certified): string => new X509Certificate(certificate).serialNumber
