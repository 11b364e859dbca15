import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** What stands where DynamoDB should be: answers each call as it is told, over a real socket. */
export async function startFailingStore() {
  let answer: RequestListener = (_, response) => response.end()
  let calls = 0
  const server = createServer((request, response) => {
    calls += 1
    request.resume()
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  return {
    client,
    calls: () => calls,
    answerWith(next: RequestListener) {
      answer = next
      calls = 0
    },
    async close() {
      client.destroy()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const json = { 'content-type': 'application/x-amz-json-1.0' }

/** An error as DynamoDB writes it. */
export const awsError =
  (status: number, name: string, reason?: string): RequestListener =>
  (_, response) => {
    const body = JSON.stringify({
      __type: `com.amazonaws.dynamodb.v20120810#${name}`,
      message: 'no',
      ...(reason !== undefined && { ThrottlingReasons: [{ reason, resource: 'state' }] }),
    })
    response.writeHead(status, json).end(body)
  }

export const answerOf =
  (body: string, type = json['content-type']): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': type }).end(body)
  }

export const reset: RequestListener = request => {
  request.socket.resetAndDestroy()
}

/** Nothing, ever. */
export const hang: RequestListener = () => {}

/** Half of an answer, and then nothing. */
export const stall: RequestListener = (_, response) => {
  response.writeHead(200, json).write('{"Attri')
}
