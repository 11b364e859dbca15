import { connect } from 'node:net'

/** One answer on a connection, as it was sent. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

export interface Exchanged {
  /** Without those of 1xx. */
  readonly answers: readonly WireAnswer[]
  /** Neither answered nor closed in time. */
  readonly hung: boolean
}

/** How long anything may take. The slowest step of the gateway gives up after seconds, and says so. */
const patienceMs = 15_000

/** How long a request that may never be complete is waited for before the sender hangs up. */
const truncatedMs = 60

/** How long after a whole answer more is waited for. */
const quietMs = 200

/**
 * Sends bytes and reads whatever comes back until the other side closes, or has answered all that was asked.
 *
 * @param mayWait the bytes may be less than they promise: then the sender ends its side after a moment
 */
export function exchange(
  url: string,
  bytes: Buffer,
  { mayWait, isHead }: { mayWait: boolean; isHead: boolean },
): Promise<Exchanged> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    let hung = false
    const patience = setTimeout(() => {
      hung = true
      socket.destroy()
    }, patienceMs)
    const hangUp = mayWait ? setTimeout(() => socket.end(), truncatedMs) : undefined
    let quiet: NodeJS.Timeout | undefined
    socket.on('data', chunk => {
      chunks.push(chunk)
      clearTimeout(quiet)
      // Some requests talk the other side out of closing. What is answered is answered.
      if (isAnswered(Buffer.concat(chunks), isHead)) quiet = setTimeout(() => socket.end(), quietMs)
    })
    // A server that has seen enough may reset the connection while it is written to: that is an end like any other.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(patience)
      clearTimeout(hangUp)
      clearTimeout(quiet)
      try {
        resolve({ answers: readAnswers(Buffer.concat(chunks), isHead), hung })
      } catch (error) {
        reject(error)
      }
    })
    socket.write(bytes)
  })
}

function isAnswered(bytes: Buffer, isHead: boolean): boolean {
  try {
    return readAnswers(bytes, isHead).length > 0
  } catch {
    return false
  }
}

function readAnswers(bytes: Buffer, isHead: boolean): WireAnswer[] {
  const answers: WireAnswer[] = []
  let rest = bytes
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) throw new Error(`no HTTP answer: ${rest.toString('latin1').slice(0, 200)}`)
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1])
    if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine.slice(0, 200)}`)
    const headers = new Headers(
      lines.map((line): [string, string] => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
    const { body, length } = readBody(
      rest.subarray(end + 4),
      headers,
      isHead || status < 200 || status === 204 || status === 304,
    )
    if (status >= 200) answers.push({ status, headers, body })
    rest = rest.subarray(end + 4 + length)
  }
  return answers
}

/** A body and the bytes it takes. The local cloud states lengths; what Node answers by itself comes in chunks. */
function readBody(bytes: Buffer, headers: Headers, bodyless: boolean): { body: Buffer; length: number } {
  if (bodyless) return { body: Buffer.alloc(0), length: 0 }
  if (headers.get('transfer-encoding') !== 'chunked') {
    const length = Number(headers.get('content-length') ?? bytes.length)
    if (bytes.length < length) throw new Error(`an answer of ${length} bytes ended after ${bytes.length}`)
    return { body: bytes.subarray(0, length), length }
  }
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    const next = lineEnd + 2 + size + 2
    if (lineEnd < 0 || Number.isNaN(size) || next > bytes.length)
      throw new Error('an answer in chunks ended early')
    if (size === 0) return { body: Buffer.concat(chunks), length: next }
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}
