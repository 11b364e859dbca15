import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http'

/** An answer ready to be sent. */
export interface HttpAnswer {
  status: number
  /** Every name once, in the case it is sent in. */
  headers: readonly (readonly [name: string, values: readonly string[]])[]
  body: Buffer
}

export interface SendOptions {
  /** Ends the connection afterwards: the rest of the request was not read. */
  close: boolean
  /** An answer to HEAD says how long the body would be, and has none (RFC 9110 §9.3.2). */
  head: boolean
}

/** Sends an answer; resolves when it is handed to the network or the client is gone, and never rejects. */
export function sendAnswer(
  response: ServerResponse,
  answer: HttpAnswer,
  options: SendOptions,
): Promise<void> {
  if (response.destroyed || response.writableEnded) return Promise.resolve()
  return new Promise(resolve => {
    response.once('close', resolve).once('finish', resolve)
    // A client that leaves while it is being answered is not an error of ours.
    response.on('error', () => resolve())
    response.statusCode = answer.status
    for (const [name, values] of answer.headers) {
      const [only] = values
      response.setHeader(name, values.length === 1 && only !== undefined ? only : values)
    }
    if (options.close) response.setHeader('Connection', 'close')
    const hasBody = answer.status !== 204 && answer.status !== 304
    if (hasBody) response.setHeader('Content-Length', answer.body.length)
    response.end(options.head || !hasBody ? undefined : answer.body)
  })
}

/** Whether a header can be sent at all: a line break in it would be a second header (response splitting). */
export function fitsHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
