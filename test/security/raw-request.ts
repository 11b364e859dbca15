import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Sends a request byte for byte, as no well-behaved client would. `head` is the request line and header lines without
 * Host, Connection and Content-Length, which are added.
 */
export async function sendRaw(
  url: string,
  head: readonly string[],
  body: string | Buffer = '',
): Promise<Response> {
  const { port, host } = new URL(url)
  const [requestLine, ...headers] = head
  const length = Buffer.byteLength(body)
  const lines = [
    requestLine,
    `Host: ${host}`,
    ...headers,
    ...(length > 0 ? [`Content-Length: ${length}`] : []),
    'Connection: close',
  ]
  const socket = connect(Number(port), 'localhost')
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]))
  await once(socket, 'close')
  return readResponse(Buffer.concat(chunks))
}

function readResponse(bytes: Buffer): Response {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Headers(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const body = bytes.subarray(end + 4)
  // An answer of 204 has none, not an empty one.
  return new Response(body.length > 0 ? body : null, { status: Number(statusLine.split(' ')[1]), headers })
}
