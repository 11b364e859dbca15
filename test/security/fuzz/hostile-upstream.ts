import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What an upstream does with a request, byte by byte. */
export interface RawAnswer {
  /** Sent one after the other, with a moment between them. */
  readonly parts: readonly Buffer[]
  /** `wait` leaves the connection open and says no more. */
  readonly afterwards: 'end' | 'reset' | 'wait' | 'keep'
}

const momentMs = 5

/** An upstream that speaks no HTTP of its own: it sends what it is told for each request that it has read. */
export async function startHostileUpstream() {
  let next: RawAnswer = { parts: [], afterwards: 'end' }
  let asked = 0
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let request = ''
    socket.on('data', async chunk => {
      request += chunk.toString('latin1')
      if (!isWhole(request)) return
      request = ''
      asked += 1
      const { parts, afterwards } = next
      for (const part of parts) {
        socket.write(part)
        if (parts.length > 1) await new Promise(resolve => setTimeout(resolve, momentMs))
      }
      if (afterwards === 'end') socket.end()
      if (afterwards === 'reset') socket.resetAndDestroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith: (answer: RawAnswer) => {
      next = answer
    },
    asked: () => asked,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** The gate always states a length. */
function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n')
  if (end < 0) return false
  return (
    request.length - end - 4 >= Number(/\r\ncontent-length: (\d+)/i.exec(request.slice(0, end))?.[1] ?? 0)
  )
}
