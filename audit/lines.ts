import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** An object that is not what a delivery writes. */
export class ObjectError extends Error {
  override readonly name = 'ObjectError'
}

// CloudWatch Logs takes no longer event, and an unpacked object may be of any size.
const lineMaxBytes = 1024 * 1024
const newline = 0x0a

/**
 * Passes each line to `onLine`, byte for byte, without its end, and its number from 1; empty lines are counted and passed over, as a log event's own end and
 * the delivery's make one. The buffer is not kept: it is only good during the call.
 * Rejects with an {@link ObjectError} for what is neither gzip nor text that begins like an event, is cut off, or has a line over 1 MiB.
 */
export async function readLines(
  chunks: AsyncIterable<Uint8Array>,
  onLine: (line: Buffer, number: number) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  const pass = (line: Buffer) => {
    number += 1
    if (line.length > lineMaxBytes) throw new ObjectError(`line ${number} is longer than 1 MiB`)
    if (line.length > 0) onLine(line, number)
  }
  try {
    for await (const chunk of unpacked(chunks)) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      let start = 0
      // What is left of the chunk before has no end in it.
      for (let end = bytes.indexOf(newline, rest.length); end >= 0; end = bytes.indexOf(newline, start)) {
        pass(bytes.subarray(start, end))
        start = end + 1
      }
      rest = bytes.subarray(start)
      // Before it is there as a whole.
      if (rest.length > lineMaxBytes) pass(rest)
    }
  } catch (error) {
    throw isOfGzip(error) ? new ObjectError(`cut off or changed, after line ${number}`) : error
  }
  if (rest.length > 0) pass(rest)
}

/** By its first bytes, as a name says nothing. */
async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  let begin: Buffer = Buffer.alloc(0)
  while (begin.length < 2) {
    const { done, value } = await source.next()
    if (done) break
    begin = Buffer.concat([begin, value])
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      yield begin
      for (let next = await source.next(); !next.done; next = await source.next())
        yield Buffer.from(next.value)
    } finally {
      await source.return?.()
    }
  }
  // RFC 1952 §2.3.1
  if (begin[0] === 0x1f && begin[1] === 0x8b) {
    const gunzip = createGunzip()
    pipeline(Readable.from(all(), { objectMode: false }), gunzip, () => {})
    yield* gunzip as AsyncIterable<Buffer>
  } else if (begin[0] === 0x7b || begin[0] === newline) yield* all()
  else {
    await source.return?.()
    throw new ObjectError(begin.length === 0 ? 'empty' : 'neither gzip nor lines of JSON')
  }
}

const isOfGzip = (error: unknown): boolean =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('Z_')
