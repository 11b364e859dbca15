import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, isIP, type Socket } from 'node:net'
import {
  connect as connectTls,
  createSecureContext,
  createServer,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { CertificateAuthority } from './ca.ts'
import { type LocalNames, type Origin, readNames } from './names.ts'

/** The one TLS server behind which all local servers stand under their production names. */
export interface Front {
  /** Port on 127.0.0.1. */
  port: number
  /** Replaces the table for new connections; open ones keep their origin. Throws as `startFront` does. */
  setNames(names: LocalNames): void
  /** Ends all connections and frees the port. */
  close(): Promise<void>
}

export interface FrontOptions {
  ca: CertificateAuthority
  names: LocalNames
}

/**
 * Listens on a free port of 127.0.0.1, speaks TLS 1.3 as whichever named host the client asks for (SNI), and pipes the decrypted
 * bytes to that host's origin unchanged: what the client sends is what the local server sees, the Host header included.
 * A host that is not named, or no host at all, fails the handshake. An origin that refuses or breaks resets the client's connection.
 * Throws a `TypeError` for a table that cannot be read (see `readNames`).
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  let origins = readNames(options.names)
  const contexts = new Map<string, Promise<SecureContext>>()

  function contextFor(host: string): Promise<SecureContext> {
    const known = contexts.get(host)
    if (known) return known
    const context = options.ca
      .leafFor(host)
      .then(leaf => createSecureContext({ ...leaf, minVersion: 'TLSv1.3' }))
    contexts.set(host, context)
    return context
  }

  const server = createServer({
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
    SNICallback(servername, done) {
      const host = servername.toLowerCase()
      if (!origins.has(host)) return done(new Error(`no local server is mapped to ${host}`))
      contextFor(host).then(context => done(null, context), done)
    },
  })

  // The TCP socket under each TLS one: only that can send a reset. On loopback the client's port identifies the connection.
  const transports = new Map<number, Socket>()
  server.on('connection', (transport: Socket) => {
    const { remotePort } = transport
    if (remotePort === undefined) return
    transports.set(remotePort, transport)
    transport.once('close', () => transports.delete(remotePort))
  })
  server.on('secureConnection', (client: TLSSocket) => {
    const transport = transports.get(client.remotePort ?? 0)
    const reset = () => (transport && !transport.destroyed ? transport.resetAndDestroy() : client.destroy())
    const origin = origins.get(String(client.servername).toLowerCase())
    // A reload may have taken the name away during the handshake.
    if (!origin) return reset()
    join(client, connectTo(origin, options.ca.certificate), reset)
  })
  // The client sees the failed handshake; nobody here has anything to add.
  server.on('tlsClientError', () => {})

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    setNames(names) {
      origins = readNames(names)
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const transport of transports.values()) transport.destroy()
      await closed
    },
  }
}

function connectTo(origin: Origin, caCertificate: string): Socket {
  const { hostname: host, port } = origin
  if (!origin.secure) return connectTcp({ host, port })
  return connectTls({
    host,
    port,
    // RFC 6066 §3: an address is not a server name.
    ...(isIP(host) ? {} : { servername: host }),
    ALPNProtocols: ['http/1.1'],
    // A local HTTPS server may hold a leaf of this run's CA; a remote one has a public certificate.
    ca: [...rootCertificates, caCertificate],
  })
}

function join(client: TLSSocket, origin: Socket, reset: () => void): void {
  client.on('error', () => origin.destroy())
  client.on('close', () => origin.destroy())
  origin.on('error', reset)
  origin.on('close', () => client.destroySoon())
  client.pipe(origin)
  origin.pipe(client)
}
