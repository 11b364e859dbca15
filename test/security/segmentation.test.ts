import type { Stack } from 'aws-cdk-lib'
import { Key } from 'aws-cdk-lib/aws-kms'
import { CodeSigningConfig, UntrustedArtifactOnDeployment } from 'aws-cdk-lib/aws-lambda'
import { Platform, SigningProfile } from 'aws-cdk-lib/aws-signer'
import { Access, Issuer, Limit, Upstream, WebFirewall, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { anyOutput } from '../lib/support.ts'
import { expectRefusal } from './answers.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

/** All that can be declared around an API and shows in AWS alone, and one gate that serves a single request at a time. */
function declare(stack: Stack) {
  const encryptionKey = new Key(stack, 'Key')
  encryptionKey.addAlias('deals')
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [
      Issuer.oidc('https://login.example.com', {
        audience: 'https://api.example.com',
        algorithms: ['ES256'],
      }),
    ],
    limits: { service: Limit.perSecond(1000) },
    encryptionKey,
    codeSigning: new CodeSigningConfig(stack, 'Signing', {
      signingProfiles: [new SigningProfile(stack, 'Profile', { platform: Platform.AWS_LAMBDA_SHA384_ECDSA })],
      untrustedArtifactOnDeployment: UntrustedArtifactOnDeployment.ENFORCE,
    }),
  })
  for (const [id, options] of [
    ['Narrow', { reservedConcurrency: 1 }],
    ['Wide', {}],
  ] as const) {
    api.addRoute(`GET /${id}`, {
      upstream: api.addUpstream(id, Upstream.http(upstreamOrigin, options)),
      access: Access.public(),
      output: anyOutput,
    })
  }
  new WebFirewall(stack, 'Firewall', { mode: 'block', encryptionKey }).protect(api)
}

let cloud: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  cloud = await startSmallCloud(declare)
})
afterAll(() => cloud.close())

const get = (path: string) => fetch(`${cloud.url}${path}`)

describe('an upstream that hangs', () => {
  test('takes of its own gate what is reserved for it, and of the other nothing', async () => {
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    cloud.upstream.answerWith(async () => {
      await held
      return {}
    })
    const first = get('/Narrow')
    await vi.waitUntil(() => cloud.upstream.received.length === 1, { timeout: 20_000 })
    await expectRefusal(await get('/Narrow'), 500, 'gateway.fault')
    expect(cloud.upstream.received).toHaveLength(1)

    cloud.upstream.answerWith(async () => ({}))
    expect((await get('/Wide')).status).toBe(200)
    release()
    expect((await first).status).toBe(200)
    expect((await get('/Narrow')).status).toBe(200)
  })
})
