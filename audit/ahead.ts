import { Readable } from 'node:stream'
import type { TrailObject } from './trail.ts'

/**
 * The same objects in the same order, of which the next ones are asked for already while one is read: S3 takes much longer to begin an answer than to
 * give it. What is ahead when the reader stops is ended.
 */
export async function* readAhead(
  objects: AsyncIterable<TrailObject>,
  ahead: number,
): AsyncGenerator<TrailObject> {
  const source = objects[Symbol.asyncIterator]()
  const asked: Array<{ readonly name: string; readonly bytes: Promise<AsyncIterable<Uint8Array>> }> = []
  try {
    for (let isOver = false; ; ) {
      while (!isOver && asked.length <= ahead) {
        const { done, value } = await source.next()
        if (done) isOver = true
        else {
          const bytes = value.read()
          // Whoever reads it is told; one that nobody reads any more matters to nobody.
          bytes.catch(() => {})
          asked.push({ name: value.name, bytes })
        }
      }
      const next = asked.shift()
      if (!next) return
      yield { name: next.name, read: () => next.bytes }
    }
  } finally {
    await source.return?.()
    for (const { bytes } of asked) await bytes.then(end, () => {})
  }
}

// An iterator that was never asked for anything has nothing to end; a stream has, from its beginning.
const end = (bytes: AsyncIterable<Uint8Array>): void => {
  if (bytes instanceof Readable) bytes.destroy()
}
