import type { Readable } from 'node:stream'
import { readLines } from './lines.ts'

/** One line a function wrote. */
export interface LogMeta {
  functionName: string
  /** Undefined for what is written while the function loads. */
  requestId: string | undefined
  stream: 'stdout' | 'stderr'
}

/** Reads one output of an instance line by line, and knows where the output of each request ends. */
export interface OutputReader {
  /** Lines from here on belong to this request. */
  begin(requestId: string): void
  /** Settles when everything the request wrote here was passed on, or nothing can come any more. */
  ended(requestId: string): Promise<void>
}

// Written by instance.mjs behind a request's output. NUL does not occur in log text by accident.
const marker = /\0end ([0-9a-f-]{36})\0$/

/** Passes the lines of `stream` to `onLine`; a last line without a newline counts when its request or the stream ends. */
export function readOutput(
  stream: Readable,
  onLine: (line: string, requestId: string | undefined) => void,
): OutputReader {
  let current: string | undefined
  let closed = false
  const waiting = new Map<string, () => void>()
  let seen: string | undefined

  function take(line: string): void {
    const end = marker.exec(line)
    const text = end ? line.slice(0, end.index) : line
    if (text !== '' || !end) onLine(text, current)
    const requestId = end?.[1]
    if (requestId === undefined) return
    seen = requestId
    waiting.get(requestId)?.()
  }

  readLines(stream, take)
  stream.on('close', () => {
    closed = true
    for (const release of waiting.values()) release()
  })

  return {
    begin(requestId) {
      current = requestId
    },
    ended(requestId) {
      return new Promise(settle => {
        const release = () => {
          waiting.delete(requestId)
          settle()
        }
        if (closed || seen === requestId) release()
        else waiting.set(requestId, release)
      })
    },
  }
}
