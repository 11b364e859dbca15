import type { Readable } from 'node:stream'

/**
 * Passes each line of a UTF-8 stream to `onLine`, without its newline; a last line without one counts when the stream closes.
 * Unlike node:readline it breaks at U+000A alone: JSON text and log text may contain U+2028 and carriage returns.
 */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  // A long line comes in many chunks; they are joined once.
  let parts: string[] = []
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const [end = '', ...lines] = chunk.split('\n')
    parts.push(end)
    for (const next of lines) {
      onLine(parts.join(''))
      parts = [next]
    }
  })
  stream.on('close', () => {
    const rest = parts.join('')
    if (rest !== '') onLine(rest)
  })
}
