import type { Context } from 'aws-lambda'
import { expect, test } from 'vitest'
import type { DoorInside } from '../../../functions/middleware/door.ts'
import { asFunction } from '../../../functions/middleware/serve.ts'

const context = { getRemainingTimeInMillis: () => 5000 } as Context
const answer = (body: string) => ({ statusCode: 200, body })
const asked = { route: 'GET /a' } as never
const open: DoorInside = async () => ({
  handed: asked,
  answer: returned => answer(`answered ${returned}`),
  fail: error => answer(`failed ${error}`),
})

test('a handler is given what is handed on and the context, and what it returns goes through the door', async () => {
  const given: unknown[] = []
  const handle = asFunction(open, (...all) => {
    given.push(...all)
    return 'a'
  })
  expect(await handle('event', context)).toEqual(answer('answered a'))
  expect(given).toEqual([asked, context])
})

test.each([
  [
    'throws',
    () => {
      throw 'b'
    },
  ],
  ['rejects', () => Promise.reject('b')],
])('a handler that %s has failed', async (_, handler) => {
  expect(await asFunction(open, handler)('event', context)).toEqual(answer('failed b'))
})

test('a handler that Lambda would end has failed, while there is time to say so', async () => {
  const late = { ...context, getRemainingTimeInMillis: () => 110 }
  const handle = asFunction(open, () => new Promise(() => {}))
  expect(await handle('event', late)).toEqual(answer('failed TooLate: not within 10 ms'))
})

test('a handler hears nothing of what is refused', async () => {
  const refuse: DoorInside = async () => ({ refused: answer('refused') })
  const handle = asFunction(refuse, () => expect.unreachable())
  expect(await handle('event', context)).toEqual(answer('refused'))
})

test('a door that does not open makes the function fail, before its handler', async () => {
  const shut: DoorInside = () => Promise.reject(new Error('shut'))
  await expect(asFunction(shut, () => expect.unreachable())('event', context)).rejects.toThrow('shut')
})
