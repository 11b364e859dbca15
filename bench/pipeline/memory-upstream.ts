import { answered } from './typical-request.ts'

const body = Buffer.from(answered)

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

/** An upstream without a network: answers with what undici would hand over. */
export async function askUpstream(asked: Asked) {
  // What is not written is not asked.
  if (asked.method !== 'PUT' || typeof asked.body !== 'string' || asked.body.length < 2000) {
    throw new Error('the upstream was asked something else')
  }
  return {
    statusCode: 200,
    headers: {
      'content-type': 'application/json',
      date: 'Fri, 02 Jan 2026 03:04:05 GMT',
      etag: '"1"',
      server: 'x',
    },
    body,
  }
}
