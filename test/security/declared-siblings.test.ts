import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { anyOutput } from '../lib/support.ts'
import { type Assemblies, createAssemblies } from '../local/assemblies.ts'
import { startRecorder } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'

// A parameter beside a literal, with rules of its own: the one must be no way to the other.
let assemblies: Assemblies
let cloud: LocalCloud
let upstream: Awaited<ReturnType<typeof startRecorder>>

beforeAll(async () => {
  assemblies = createAssemblies()
  upstream = await startRecorder()
  const assembly = assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api')
    const gate = api.addUpstream('Crm', Upstream.http('https://crm.internal.example.com'))
    const other = api.addUpstream('Other', Upstream.http('https://other.internal.example.com'))
    const input = { path: { id: z.string() } }
    api.addRoute('GET /deals/{id}', { upstream: gate, output: anyOutput, access: Access.public(), input })
    api.addRoute('DELETE /deals/{id}', { upstream: gate, output: anyOutput, access: Access.public(), input })
    api.addRoute('GET /deals/admin', { upstream: other, output: anyOutput, access: Access.public() })
    api.addRoute('GET /deals/{id}/notes', {
      upstream: gate,
      output: anyOutput,
      access: Access.public(),
      input,
    })
  })
  cloud = await startCloud({
    assembly,
    upstreams: {
      'https://crm.internal.example.com': upstream.origin,
      'https://other.internal.example.com': upstream.origin,
    },
  })
})
afterAll(async () => {
  await cloud?.close()
  await upstream?.close()
  assemblies?.remove()
})

test.each([
  ['GET', '/deals/%61dmin'],
  ['GET', '/deals/%61%64%6d%69%6e'],
  ['DELETE', '/deals/admin'],
  ['GET', '/deals/admin/notes'],
])('%s %s does not ask the upstream for a path that has rules of its own', async (method, path) => {
  const before = upstream.received.length
  await expectRefusal(await fetch(`${cloud.url}${path}`, { method }), 400, 'input.invalid')
  expect(upstream.received.length).toBe(before)
})

test('values that merely look like it pass', async () => {
  for (const id of ['admins', 'Admin', 'adm%20in']) {
    expect((await fetch(`${cloud.url}/deals/${id}`)).status).toBe(200)
    expect(upstream.last()?.url).toBe(`/deals/${id}`)
  }
  expect((await fetch(`${cloud.url}/deals/admin`)).status).toBe(200)
})
