import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDynamoDb } from '../../../local/dynamodb/tables.ts'
import { startInvokeApi } from '../../../local/lambda/api.ts'
import { programsOnly } from '../../../local/network/programs-only.ts'

const server = createServer((_, response) => response.end('served'))
let port: number
beforeAll(async () => {
  programsOnly(server, ['lambda.eu-west-1.amazonaws.com'])
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

const post = async (to: number, headers: Record<string, string>) => {
  const asked = request({ port: to, host: '127.0.0.1', method: 'POST', path: '/', headers }).end()
  const [response] = await once(asked, 'response')
  response.resume()
  return response.statusCode
}

test('programs are served, by address and by the name of the service', async () => {
  expect(await post(port, {})).toBe(200)
  expect(await post(port, { host: 'lambda.eu-west-1.amazonaws.com' })).toBe(200)
})

test('a page is refused, whatever its origin, and whatever name it made lead here', async () => {
  for (const origin of ['https://evil.example', 'http://localhost:3000', 'null', '']) {
    expect([origin, await post(port, { origin })]).toEqual([origin, 403])
  }
  for (const host of ['evil.example', 'localhost', 'lambda.us-east-1.amazonaws.com']) {
    expect([host, await post(port, { host })]).toEqual([host, 403])
  }
})

test('the table and the functions of the local cloud are behind it', async () => {
  const [tables, functions] = await Promise.all([
    startDynamoDb({ tables: [] }),
    startInvokeApi({ invoke: async () => undefined }),
  ])
  try {
    for (const { origin } of [tables, functions]) {
      expect(await post(Number(new URL(origin).port), { origin: 'https://evil.example' })).toBe(403)
    }
  } finally {
    await Promise.all([tables.close(), functions.close()])
  }
})
