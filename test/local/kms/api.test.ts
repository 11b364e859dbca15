import { createHash, createPublicKey, verify } from 'node:crypto'
import { GetPublicKeyCommand, KMSClient, SignCommand, type SignCommandInput } from '@aws-sdk/client-kms'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKms } from '../../../local/kms/api.ts'
import { createKeys } from '../../../local/kms/keys.ts'
import type { AwsService } from '../../../local/network/aws-service.ts'

const arn = 'arn:aws:kms:eu-west-1:123456789012:key/a'
let api: AwsService
let client: KMSClient

beforeAll(async () => {
  api = await startKms(createKeys(asked => asked.startsWith(arn)))
  client = new KMSClient({
    endpoint: api.origin,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
})
afterAll(async () => {
  client.destroy()
  await api.close()
})

const publicKeyOf = async (KeyId: string) => {
  const { PublicKey, KeyUsage, KeySpec } = await client.send(new GetPublicKeyCommand({ KeyId }))
  expect([KeyUsage, KeySpec]).toEqual(['SIGN_VERIFY', 'ECC_NIST_P256'])
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })
}
const sign = async (input: Partial<SignCommandInput>) => {
  const defaults = { KeyId: arn, Message: Buffer.from('text'), SigningAlgorithm: 'ECDSA_SHA_256' } as const
  return Buffer.from((await client.send(new SignCommand({ ...defaults, ...input }))).Signature ?? [])
}

describe('the local KMS, called with the AWS SDK', () => {
  it('signs messages and digests so that the public key verifies them', async () => {
    const key = await publicKeyOf(arn)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async message => {
        const digest = createHash('sha256').update(message).digest()
        expect(verify('sha256', message, key, await sign({ Message: message }))).toBe(true)
        const ofDigest = await sign({ Message: digest, MessageType: 'DIGEST' })
        expect(verify('sha256', message, key, ofDigest)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('has one key for each ARN, for as long as it runs', async () => {
    const jwk = async (of: string) => (await publicKeyOf(of)).export({ format: 'jwk' })
    expect(await jwk(arn)).toEqual(await jwk(arn))
    expect(await jwk(`${arn}b`)).not.toEqual(await jwk(arn))
  })

  it.each<[string, Partial<SignCommandInput>, string]>([
    ['a key that the app does not know', { KeyId: 'arn:aws:kms:eu-west-1:1:key/b' }, 'NotFoundException'],
    ['another algorithm', { SigningAlgorithm: 'ECDSA_SHA_512' }, 'ValidationException'],
    ['a digest of another length', { MessageType: 'DIGEST' }, 'ValidationException'],
    ['a message beyond 4096 bytes', { Message: Buffer.alloc(4097) }, 'ValidationException'],
  ])('refuses %s', async (_, input, name) => {
    await expect(sign(input)).rejects.toMatchObject({ name })
  })

  it('reads no request beyond 64 KiB', async () => {
    const statusOf = async (bytes: number) => {
      const headers = { 'x-amz-target': 'TrentService.GetPublicKey' }
      const body = JSON.stringify({ KeyId: arn }).padEnd(bytes)
      return (await fetch(api.origin, { method: 'POST', body, headers })).status
    }
    expect([await statusOf(65_536), await statusOf(65_537)]).toEqual([200, 413])
  })

  it('names what it supports to whoever asks for more, and serves no page', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(api.origin, {
        method: 'POST',
        body: '{}',
        headers: { 'x-amz-target': 'TrentService.Decrypt', ...headers },
      })
    const unsupported = await ask({})
    expect([unsupported.status, await unsupported.text()]).toEqual([
      400,
      expect.stringContaining('TrentService.Sign'),
    ])
    expect((await ask({ origin: 'https://page.example.com' })).status).toBe(403)
  })
})
