import { isIP } from 'node:net'
import tls, { type SecureContextOptions } from 'node:tls'
import type { buildConnector } from 'undici'
import type { ConnectionManifest } from '../../../../../contract/connection-manifest.ts'
import { deny, Refused } from '../../../../../contract/decision.ts'
import { objectionToHost } from '../../../../../contract/upstream-address.ts'
import type { ClientIdentity } from './client-certificate.ts'
import { addressRefused, guardedLookup, type Lookup } from './guarded-lookup.ts'
import { serverIdentity } from './server-identity.ts'

/** Connects until a signal says that nobody waits any more. */
export type Connector = (givenUp: AbortSignal) => buildConnector.connector

/**
 * Connects to one upstream, and hands over a connection on which both sides are who they should be; or else an error: a {@link Refused}
 * (`upstream.untrusted`, `.address_refused`, `.timeout`), or what the network said.
 *
 * Each connection is proved anew. A session that was resumed would be believed for certificates, of either side, of long ago.
 */
export function openConnector(
  { hostname, port }: URL,
  declared: ConnectionManifest,
  identity: ClientIdentity | null,
  lookup?: Lookup,
): Connector {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const objection = objectionToHost(hostname, declared.network)
  const options = {
    host,
    port: Number(port || 443),
    // An address is no server name (RFC 6066 §3).
    ...(isIP(host) === 0 && { servername: host.replace(/\.$/, '') }),
    lookup: guardedLookup(declared.network, lookup),
    secureContext: tls.createSecureContext(contextOf(declared, identity)),
    // Said, since the environment could say otherwise: NODE_TLS_REJECT_UNAUTHORIZED.
    rejectUnauthorized: true,
    checkServerIdentity: serverIdentity(declared.publicKeys),
    ALPNProtocols: ['http/1.1'],
    highWaterMark: 16_384,
  }

  return givenUp => (_, connected) => {
    if (objection) {
      // For an address there is no lookup that would refuse it.
      queueMicrotask(() => connected(addressRefused(objection), null))
      return
    }
    const socket = tls.connect(options)
    let isReached = false
    let hasAnswered = false
    const giveUp = () =>
      socket.destroy(new Refused(deny('upstream.timeout', { note: 'UND_ERR_CONNECT_TIMEOUT' })))
    const patience = setTimeout(giveUp, declared.timeoutMs)
    givenUp.addEventListener('abort', giveUp)
    let isDone = false
    const done = (...result: buildConnector.CallbackArgs) => {
      clearTimeout(patience)
      givenUp.removeEventListener('abort', giveUp)
      if (!isDone) connected(...result)
      isDone = true
    }
    socket.setNoDelay(true).setKeepAlive(true, 60_000)
    socket.once('connect', () => {
      isReached = true
    })
    socket.on('error', error => {
      // An alert that comes after the handshake leaves a socket open; that it ends then would be all that undici hears of it.
      // To the very error, which undici hears of from the socket.
      socket.destroy(Object.assign(error, { hasAnswered }))
      done(isReached ? handshakeFailure(error) : error, null)
    })
    socket.once('secureConnect', () => {
      socket.once('readable', () => {
        hasAnswered = true
      })
      done(null, socket)
    })
  }
}

/** With TLS 1.2, what 1.3 always has: a key of its own for each connection, and encryption that notices changes. */
const ciphers = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':')

const contextOf = (
  { minVersion, authorities }: ConnectionManifest,
  identity: ClientIdentity | null,
): SecureContextOptions => ({
  minVersion,
  ciphers,
  // Of declared authorities one may be an intermediate: the chain ends where the declaration does.
  ...(authorities && { ca: [...authorities], allowPartialTrustChain: true }),
  ...(identity && { cert: identity.certificate, key: identity.privateKey }),
})

/** Once the network has led somewhere, what is not the network's fault is one of trust: certificate, name, key, version. */
function handshakeFailure(error: Error & { code?: unknown; syscall?: unknown }): Error {
  if (error instanceof Refused || error.syscall !== undefined || error.code === 'ECONNRESET') return error
  return new Refused(deny('upstream.untrusted', { note: String(error.code ?? error.name) }))
}
