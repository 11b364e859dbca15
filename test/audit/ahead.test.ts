import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readAhead } from '../../audit/ahead.ts'

/** Objects that note what is asked of them. */
function noted(count: number, failing = -1) {
  const asked: number[] = []
  const ended: number[] = []
  let isListed = false
  return {
    asked,
    ended,
    isOver: () => isListed,
    async *objects() {
      try {
        for (let i = 0; i < count; i += 1)
          yield {
            name: String(i),
            async read() {
              asked.push(i)
              if (i === failing) throw new Error(`no ${i}`)
              const stream = Readable.from([Buffer.from([i])])
              return stream.on('close', () => ended.push(i))
            },
          }
      } finally {
        isListed = true
      }
    },
  }
}

it('hands out all objects in their order, having asked for so many beyond the one that is read, and no more', async () => {
  const { objects, asked, isOver } = noted(6)
  const read: number[] = []
  for await (const object of readAhead(objects(), 2)) {
    expect(asked).toEqual(Array.from({ length: Math.min(6, Number(object.name) + 3) }, (_, i) => i))
    for await (const [byte] of await object.read()) read.push(byte as number)
  }
  expect([read, isOver()]).toEqual([[0, 1, 2, 3, 4, 5], true])
})

it('tells of a failure where its object is read, and not before', async () => {
  const read: string[] = []
  const run = async () => {
    for await (const object of readAhead(noted(4, 2).objects(), 3)) {
      await object.read()
      read.push(object.name)
    }
  }
  await expect(run()).rejects.toThrow('no 2')
  expect(read).toEqual(['0', '1'])
})

it('ends what is ahead, and the list, when its reader stops', async () => {
  const { objects, asked, ended, isOver } = noted(9)
  for await (const { name, read } of readAhead(objects(), 2)) {
    for await (const _ of await read());
    if (name === '1') break
  }
  await setImmediate()
  expect([asked, ended, isOver()]).toEqual([[0, 1, 2, 3], [0, 1, 2, 3], true])
})
