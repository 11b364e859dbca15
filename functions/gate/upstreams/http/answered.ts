import { type Decision, type Deny, deny, Refused } from '../../../../contract/decision.ts'
import type { UpstreamAnswer } from '../upstream.ts'

/** What it said, as all upstreams say it. */
export const answerOf = (
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: Uint8Array,
): UpstreamAnswer => ({
  status,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, values = []]) => [
      name.toLowerCase(),
      typeof values === 'string' ? [values] : values,
    ]),
  ),
  body,
})

// What undici says of an answer that it cannot read. For a status of 000 and for one of 101 that nobody asked for, an assertion of its
// own fails; to word that one, Node reads the bundle, and may come to a SyntaxError over it.
const unreadable = new Set([
  ...['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  ...['HTTPParserError', 'AssertionError', 'SyntaxError'],
])

// A connection that was refused, reset, or closed: the last is what undici says of one that the server ended while it was idle.
const cutOff = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/**
 * Whether a server did not accept the certificate that it was shown, or that it was shown none: by the alerts of RFC 8446 §6.2, as
 * OpenSSL names them. Until a server has accepted one it reads no request.
 */
export const refusedCertificate = ({ reason, note }: Deny): boolean =>
  reason === 'upstream.untrusted' && /ALERT_.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(note ?? '')

/**
 * undici and Node name their errors by code; web APIs (an abort after the time-out) by name. The connector says whether a connection
 * `hasAnswered` anything before.
 *
 * @param begun whether some of an answer had come
 */
export function failureOf(error: unknown, begun: boolean): Decision<never> {
  if (error instanceof Refused) return error.denial
  const { code: given, name, hasAnswered } = error as { code?: unknown; name?: string; hasAnswered?: boolean }
  // That of a DOMException is a number.
  const code = typeof given === 'string' ? given : undefined
  const note = code ?? name
  if (unreadable.has(code ?? '') || unreadable.has(name ?? '')) {
    return deny('upstream.invalid_response', { note: name === 'SyntaxError' ? 'ERR_ASSERTION' : note })
  }
  // With TLS 1.3 a server says only after the handshake that it does not believe us; where it has answered, it did, and read what we sent.
  if (code?.startsWith('ERR_SSL_'))
    return deny(begun || hasAnswered ? 'upstream.unreachable' : 'upstream.untrusted', { note: code })
  const timedOut = /TIMEOUT/.test(code ?? '') || name === 'TimeoutError'
  if (timedOut) return deny('upstream.timeout', { note })
  return deny('upstream.unreachable', { note, ...(!begun && cutOff.has(code ?? '') && { unanswered: true }) })
}
