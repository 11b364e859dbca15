import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KMSClient } from '@aws-sdk/client-kms'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openKmsKey } from '../../../../functions/gate/upstreams/kms/keys.ts'

// The real client over a socket, against a KMS that answers as told.
const arn = 'arn:aws:kms:eu-west-1:123456789012:key/a'
let server: Server
let client: KMSClient
let calls: number
let respond: (response: ServerResponse, call: number) => void

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    calls += 1
    respond(response, calls)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = new KMSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    maxAttempts: 2,
  })
})
beforeEach(() => {
  calls = 0
})
afterAll(() => {
  client.destroy()
  server.close()
  server.closeAllConnections()
})

const key = () => openKmsKey(arn, {}, client)
const say = (status: number, body: object) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
const signature = say(200, { KeyId: arn, Signature: Buffer.from('signed').toString('base64') })
const throttled = say(400, { __type: 'ThrottlingException', message: 'slow down' })

const publicKey = (kind: 'P-256' | 'P-384' | 'rsa', more: object = {}) => {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: kind })
  const der = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  return {
    jwk: pair.publicKey.export({ format: 'jwk' }),
    answer: { KeyId: arn, PublicKey: der, KeyUsage: 'SIGN_VERIFY', ...more },
  }
}

describe('a key in KMS', () => {
  test('is known by its thumbprint, and published without anything but what verifies', async () => {
    const { jwk, answer } = publicKey('P-256')
    respond = say(200, answer)
    expect(await key().publicKey(9000)).toEqual({
      ...jwk,
      kid: await calculateJwkThumbprint(jwk as { kty: string }),
      use: 'sig',
      alg: 'ES256',
    })
  })

  test.each([
    ['another curve', publicKey('P-384').answer],
    ['RSA', publicKey('rsa').answer],
    ['another use', publicKey('P-256', { KeyUsage: 'KEY_AGREEMENT' }).answer],
  ])('of %s is not used', async (_, answer) => {
    respond = say(200, answer)
    await expect(key().publicKey(9000)).rejects.toMatchObject({ name: 'UnusableKey' })
  })

  test('signs at the second try where it was throttled, or its connection was cut', async () => {
    for (const fault of [throttled, (response: ServerResponse) => response.destroy()]) {
      calls = 0
      respond = (response, call) => (call === 1 ? fault(response) : signature(response))
      expect(Buffer.from(await key().sign('text', 9000)).toString()).toBe('signed')
      expect(calls).toBe(2)
    }
  })

  const late = /^(?:TooLate|TimeoutError|AbortError)$/
  test.each<[string, (response: ServerResponse) => unknown, RegExp, number]>([
    ['throttles', throttled, /^ThrottlingException$/, 9000],
    ['forbids it', say(400, { __type: 'AccessDeniedException' }), /^AccessDeniedException$/, 9000],
    ['fails', say(500, { __type: 'KMSInternalException' }), /^KMSInternalException$/, 9000],
    ['hangs up', response => response.destroy(), /Error/, 9000],
    ['says nothing', () => {}, late, 200],
    [
      'begins an answer that does not end',
      response => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).write('{'),
      late,
      200,
    ],
    ['answers without a signature', say(200, { KeyId: arn }), /^UnusableKey$/, 9000],
  ])('rejects, by a name, where KMS %s', async (_, fault, name, withinMs) => {
    respond = response => void fault(response)
    await expect(key().sign('text', withinMs)).rejects.toMatchObject({ name: expect.stringMatching(name) })
  })
})
