import type { Stack } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import {
  Access,
  ClientCertificate,
  type HttpUpstreamOptions,
  Output,
  Trust,
  Upstream,
  ZeroTrustApi,
} from 'sallyport'
import { afterAll, describe, expect, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import { rawTlsPort } from '../../local/network/raw-tls.ts'
import { startRecorder } from '../support/deal-desk.ts'
import { createAssemblies } from './assemblies.ts'

const assemblies = createAssemblies()
afterAll(() => assemblies.remove())

const origin = 'https://crm.example.com'
const appWith = (optionsIn: (stack: Stack) => HttpUpstreamOptions, url = origin) =>
  assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api')
    api.addRoute('GET /deals', {
      upstream: api.addUpstream('Crm', Upstream.http(url, optionsIn(stack))),
      access: Access.public(),
      output: Output.unsafeAny('a test of something else'),
    })
  })

describe('an app whose gate', () => {
  test('stands in a VPC of the app runs here, in the network of this machine', async () => {
    const upstream = await startRecorder()
    const assembly = appWith(stack => ({
      network: 'private',
      vpc: { vpc: new Vpc(stack, 'Vpc', { natGateways: 1, restrictDefaultSecurityGroup: false }) },
    }))
    const cloud = await startCloud({ assembly, upstreams: { [origin]: upstream.origin } })
    try {
      expect((await fetch(`${cloud.url}/deals`)).status).toBe(200)
    } finally {
      await cloud.close()
      await upstream.close()
    }
  })

  test('asks for a public key is told that no server without it will do', async () => {
    const pin = `sha256/${Buffer.alloc(32).toString('base64')}`
    const assembly = appWith(() => ({ trust: Trust.publicKeys(pin) }))
    await expect(startCloud({ assembly, upstreams: { [origin]: 'http://127.0.0.1:1' } })).rejects.toThrow(
      `--upstream ${origin}: its gate asks for a public key of its own, which only a server with that key has\n` +
        `  fix: lead to one that speaks TLS itself: --upstream ${origin}=tls://127.0.0.1:<port>`,
    )
  })

  test('by an address is told that only a server that speaks TLS itself will do', async () => {
    const assembly = appWith(
      stack => ({
        network: 'private',
        vpc: { vpc: new Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }) },
      }),
      'https://10.0.0.5:8443',
    )
    await expect(
      startCloud({ assembly, upstreams: { 'https://10.0.0.5:8443': 'http://127.0.0.1:1' } }),
    ).rejects.toThrow(
      '--upstream https://10.0.0.5:8443: an address, which TLS names no server by\n' +
        '  fix: lead to one that speaks TLS itself: --upstream https://10.0.0.5:8443=tls://127.0.0.1:<port>',
    )
  })

  test('shows a certificate is told which secret has no value, and which does not exist', async () => {
    const assembly = appWith(stack => ({
      clientCertificate: ClientCertificate.fromSecret(
        new Secret(stack, 'Certificate', { secretName: 'crm/gate' }),
      ),
    }))
    await expect(startCloud({ assembly, secrets: { 'crm/gaet': '' } })).rejects.toThrow(
      /^--secret crm\/gaet: the app has no such secret; its secrets are Small\.Certificate\w+$/,
    )
    const withoutValue = async (secrets: Record<string, string>) => {
      const cloud = await startCloud({ assembly, secrets })
      const found = cloud.secretsWithoutValue()
      await cloud.close()
      return found
    }
    expect(await withoutValue({})).toEqual([expect.stringMatching(/^Small\.Certificate/)])
    expect(await withoutValue({ 'crm/gate': 'a' })).toEqual([])
  })
})

test.each([
  ['tls://127.0.0.1:1', 1],
  ['tls://localhost:65535', 65535],
  ['tls://127.0.0.1:0', undefined],
  ['tls://127.0.0.1:65536', undefined],
  ['tls://127.0.0.1', undefined],
  ['tls://10.0.0.1:443', undefined],
  ['tls://127.0.0.1:443/', undefined],
  ['https://127.0.0.1:443', undefined],
])('a server of this machine that speaks TLS itself is at %s: %s', (local, port) => {
  expect(rawTlsPort(local)).toBe(port)
})
