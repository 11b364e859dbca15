import type { ServerResponse } from 'node:http'

/** Server-sent events to whoever reads them (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface EventStream {
  /** Answers with a stream that begins with these events. False, and nothing sent, where too many read already. */
  readonly open: (response: ServerResponse, first: readonly PageEvent[]) => boolean
  /** Sends to all. Whoever lets too much pile up is cut off: browsers ask again by themselves, and begin anew. */
  readonly send: (event: PageEvent) => void
  readonly readers: () => number
  readonly close: () => void
}

export interface PageEvent {
  readonly name: 'decisions' | 'decision' | 'alarms' | 'state'
  readonly data: unknown
}

interface EventStreamOptions {
  /** @default 16 */
  readonly readersMax?: number
  /** What may wait in memory for one reader, beyond what it was given to begin with. @default 2 MiB */
  readonly backlogBytesMax?: number
  /** @default 15000 */
  readonly heartbeatMs?: number
}

export function createEventStream({
  readersMax = 16,
  backlogBytesMax = 2 ** 21,
  heartbeatMs = 15_000,
}: EventStreamOptions = {}): EventStream {
  /** Reader → how much it may have waiting. */
  const readers = new Map<ServerResponse, number>()
  const write = (text: string) => {
    for (const [response, waitingMax] of readers) {
      if (response.writableLength > waitingMax) {
        readers.delete(response)
        response.destroy()
      } else response.write(text)
    }
  }
  // A reader whose machine slept is found out by what cannot be delivered.
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs).unref()
  return {
    open(response, first) {
      if (readers.size >= readersMax) return false
      const text = first.map(textOf).join('')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`retry: 1000\n\n${text}`)
      readers.set(response, Buffer.byteLength(text) + backlogBytesMax)
      response.on('close', () => readers.delete(response))
      return true
    },
    send: event => write(textOf(event)),
    readers: () => readers.size,
    close() {
      clearInterval(heartbeat)
      for (const response of readers.keys()) response.destroy()
      readers.clear()
    },
  }
}

// JSON has no line ends of its own, so one line of data is enough.
const textOf = ({ name, data }: PageEvent): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
