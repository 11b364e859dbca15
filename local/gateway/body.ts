import type { IncomingMessage } from 'node:http'

/** What reading a body can come to. `disconnected`: the client went away before its request was complete. */
export type BodyReading = { kind: 'read'; bytes: Buffer } | { kind: 'too-large' } | { kind: 'disconnected' }

/** Reads a request's body and stops at the first chunk beyond `maxBytes`; never rejects. */
export function readBody(message: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve({ kind: 'too-large' })
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > maxBytes) {
        message.pause()
        settle({ kind: 'too-large' })
      } else {
        chunks.push(chunk)
      }
    }
    const onEnd = (): void => settle({ kind: 'read', bytes: Buffer.concat(chunks) })
    // 'close' without 'end', and 'error' (ECONNRESET), are both a client that left.
    const onGone = (): void => settle({ kind: 'disconnected' })
    const settle = (reading: BodyReading): void => {
      message.off('data', onData).off('end', onEnd).off('close', onGone)
      resolve(reading)
    }
    message.on('data', onData).on('end', onEnd).on('close', onGone)
    // Stays for the life of the message: an error after the reading settled must not become an uncaught one.
    message.on('error', onGone)
  })
}

/**
 * The members of a proxy event that carry a body: text where it is UTF-8, else base64, and base64 whatever it is where its type
 * is declared to be binary (platform-facts §5.4).
 */
export function eventBody(
  bytes: Buffer,
  isBinary: boolean,
): { body: string | null; isBase64Encoded: boolean } {
  if (bytes.length === 0) return { body: null, isBase64Encoded: false }
  if (isBinary) return { body: bytes.toString('base64'), isBase64Encoded: true }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { body: text, isBase64Encoded: false }
  } catch {
    return { body: bytes.toString('base64'), isBase64Encoded: true }
  }
}
