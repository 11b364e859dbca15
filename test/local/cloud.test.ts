import { once } from 'node:events'
import { get } from 'node:http'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Access, Issuer, Upstream, ZeroTrustApi } from 'sallyport'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { type CloudOptions, type LocalCloud, startCloud } from '../../local/cloud.ts'
import { anyOutput } from '../lib/support.ts'
import { startRecorder, usualDealDesk } from '../support/deal-desk.ts'
import { type Assemblies, createAssemblies, idsOf, stackName } from './assemblies.ts'
import { functionProcesses, type Leftovers, type Watch, watchLeftovers } from './leftovers.ts'

const crm = 'https://crm.internal.example.com'
const login = 'https://login.example.com'

let assemblies: Assemblies
let watch: Watch
let before: Leftovers
let upstream: Awaited<ReturnType<typeof startRecorder>>
let cloud: LocalCloud | undefined

beforeEach(async () => {
  assemblies = createAssemblies()
  upstream = await startRecorder(usualDealDesk)
  watch = watchLeftovers()
  before = watch.leftovers()
})
afterEach(async () => {
  await cloud?.close()
  cloud = undefined
  await upstream.close()
  // A server is gone a little after its close was asked for; the next test counts from nothing.
  await vi.waitUntil(() => watch.leftovers().servers === 0)
  watch.end()
  assemblies.remove()
})

async function start(options: Partial<CloudOptions> = {}): Promise<LocalCloud> {
  cloud = await startCloud({
    assembly: inject('dealDesk'),
    upstreams: { [crm]: upstream.origin },
    ...options,
  })
  return cloud
}

const call = (path: string, token?: string) =>
  fetch(`${cloud?.url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

const reader = () => cloud?.issuers.builtIn(login)?.mint({ subject: 'user-1', scope: 'deals:read' })

/** A small app with these public routes to one upstream, and the example's issuer. */
const appWith = (...paths: string[]) =>
  assemblies.synthesize(stack => {
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [Issuer.oidc(login, { audience: 'https://api.example.com', algorithms: ['ES256'] })],
    })
    const gate = api.addUpstream('Crm', Upstream.http(crm))
    for (const path of paths)
      api.addRoute(`GET /${path}`, { upstream: gate, output: anyOutput, access: Access.public() })
    api.addRoute('GET /mine', {
      upstream: gate,
      output: anyOutput,
      access: Access.token({ scopes: ['deals:read'] }),
    })
  })

/** Has the upstream hold its answers; resolves the given request once it is there. */
function hold() {
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  upstream.answerWith(async () => {
    await held
    return {}
  })
  return release
}
const arrived = (count: number) => vi.waitUntil(() => upstream.received.length >= count, { timeout: 20_000 })

async function refuses(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
    return false
  } catch {
    return true
  } finally {
    socket.destroy()
  }
}

describe('closing', () => {
  it('leaves no process, no temporary file and no server, after requests were served', async () => {
    const { url, issuers, close } = await start()
    expect((await call('/deals', await reader())).status).toBe(200)
    const { functions, folders, servers } = watch.leftovers()
    expect([functions.length, folders.length]).toEqual([2, 1])
    expect(servers).toBeGreaterThan(before.servers)
    const origins = [url, ...issuers.all().flatMap(({ origin }) => origin ?? [])]

    await close()
    await vi.waitUntil(() => watch.leftovers().servers === before.servers)
    expect(watch.leftovers()).toEqual(before)
    for (const origin of origins) await expect(fetch(origin)).rejects.toThrow('fetch failed')
  })

  it('ends a request under way, and may be asked for twice', async () => {
    const { close } = await start()
    const release = hold()
    const open = call('/deals', await reader()).then(
      response => response.status,
      () => 'cut',
    )
    await arrived(1)
    await Promise.all([close(), close()])
    expect(await open).toBe('cut')
    expect(functionProcesses()).toEqual([])
    release()
  })
})

describe('a start that fails', () => {
  let blocker: ReturnType<typeof createServer> | undefined

  it.each<[string, () => Partial<CloudOptions> | Promise<Partial<CloudOptions>>, string, string]>([
    [
      'an upstream that no route goes to',
      () => ({ upstreams: { 'https://nobody.example.com': 'http://127.0.0.1:9' } }),
      'UsageError',
      '--upstream https://nobody.example.com: no route of the app goes there; its HTTP upstreams are',
    ],
    [
      'an issuer that is not declared',
      () => ({ issuers: { 'https://nobody.example.com': 'http://127.0.0.1:9' } }),
      'UsageError',
      '--issuer https://nobody.example.com: the app declares no such issuer; it declares https://login.example.com',
    ],
    [
      'a port that is taken',
      async () => {
        const taken = createServer().listen(0, '127.0.0.1')
        await once(taken, 'listening')
        const { port } = taken.address() as { port: number }
        blocker = taken
        return { port }
      },
      'UsageError',
      'something else listens there already',
    ],
    [
      'a table that DynamoDB refuses, when issuers are running already',
      () => ({
        assembly: assemblies.patch(inject('dealDesk'), 'DealDeskState', template => {
          const [id = ''] = idsOf(template, 'AWS::DynamoDB::Table')
          Object.assign(template.Resources[id]?.Properties ?? {}, { KeySchema: [] })
        }),
      }),
      'ValidationException',
      "Value '[]' at 'keySchema'",
    ],
    [
      'an operation that is not emulated',
      () => ({
        assembly: assemblies.patch(inject('dealDesk'), 'DealDesk', template => {
          const [id = ''] = idsOf(template, 'AWS::ApiGateway::RestApi')
          const paths = { '/x': { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } } }
          Object.assign(Object(template.Resources[id]?.Properties?.Body), { paths })
        }),
      }),
      'UnsupportedTemplateError',
      "'mock' is not supported",
    ],
  ])('for %s says so and leaves nothing', async (_what, options, name, message) => {
    const failing = start(await options())
    await expect(failing).rejects.toMatchObject({ name, message: expect.stringContaining(message) })
    blocker?.close()
    blocker = undefined
    await vi.waitUntil(() => watch.leftovers().servers === before.servers)
    expect(watch.leftovers()).toEqual(before)
  })

  it('for a host that an issuer and an upstream share names both, and the way out', async () => {
    const assembly = assemblies.synthesize(stack => {
      const api = new ZeroTrustApi(stack, 'Api', {
        issuers: [
          Issuer.oidc('https://example.com/auth', {
            audience: 'https://x.example.com',
            algorithms: ['ES256'],
          }),
        ],
      })
      api.addRoute('GET /a', {
        upstream: Upstream.http('https://example.com/api'),
        output: anyOutput,
        access: Access.token(),
      })
    })
    await expect(start({ assembly, upstreams: {} })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(
        'issuer https://example.com/auth and upstream https://example.com share the host example.com',
      ),
    })
    expect(watch.leftovers()).toEqual(before)
    await start({
      assembly,
      upstreams: { 'https://example.com': upstream.origin },
      issuers: { 'https://example.com/auth': upstream.origin },
    })
  })
})

describe('a reload', () => {
  it('serves the new routes to new requests while one of the old is still being answered', async () => {
    const { reload } = await start({ assembly: appWith('old', 'both') })
    const release = hold()
    const open = call('/old')
    await arrived(1)
    await reload(appWith('new', 'both'))
    upstream.answerWith(async () => ({}))
    expect((await call('/new')).status).toBe(200)
    expect((await call('/both')).status).toBe(200)
    expect((await call('/old')).status).toBe(404)
    release()
    expect((await open).status).toBe(200)
  })

  it('ends the functions of before once nothing of theirs is under way', async () => {
    const { reload } = await start({ assembly: appWith('old') })
    const release = hold()
    const open = call('/old')
    await arrived(1)
    const old = functionProcesses()
    expect(old).toHaveLength(1)
    await reload(appWith('new'))
    expect(functionProcesses()).toEqual(old)
    release()
    await (await open).text()
    await vi.waitUntil(() => functionProcesses().length === 0, { timeout: 10_000 })
  })

  it('does not keep closing from ending a request of before', async () => {
    const { reload, close } = await start({ assembly: appWith('old') })
    const release = hold()
    const open = call('/old').then(
      response => response.status,
      () => 'cut',
    )
    await arrived(1)
    await reload(appWith('new'))
    await close()
    expect(await open).toBe('cut')
    await vi.waitUntil(() => watch.leftovers().servers === before.servers)
    expect(watch.leftovers()).toEqual(before)
    release()
  })

  it('keeps the issuer’s keys: a token of before opens the routes of after', async () => {
    const { reload } = await start({ assembly: appWith('old') })
    const token = await reader()
    expect((await call('/mine', token)).status).toBe(200)
    await reload(appWith('new'))
    expect((await call('/mine', token)).status).toBe(200)
  })

  it('that is refused leaves the app as it was', async () => {
    const withSecret = (Name: string) =>
      assemblies.patch(appWith('old'), stackName, ({ Resources }) =>
        Object.assign(Resources, { Crm: { Type: 'AWS::SecretsManager::Secret', Properties: { Name } } }),
      )
    const { reload } = await start({ assembly: withSecret('crm/gate'), secrets: { 'crm/gate': 'a' } })
    const token = await reader()
    const twoApis = assemblies.synthesize(stack => {
      for (const id of ['One', 'Two']) {
        new ZeroTrustApi(stack, id).addRoute('GET /', {
          upstream: Upstream.stub(200, {}),
          access: Access.public(),
        })
      }
    })
    const withoutUpstream = assemblies.synthesize(stack => {
      const api = new ZeroTrustApi(stack, 'Api')
      api.addRoute('GET /', { upstream: Upstream.stub(200, {}), access: Access.public() })
    })
    await expect(reload(twoApis)).rejects.toThrow('has 2 REST APIs')
    await expect(reload(withoutUpstream)).rejects.toThrow(`--upstream ${crm}: no route of the app goes there`)
    await expect(reload(withSecret('crm/door'))).rejects.toThrow(
      '--secret crm/gate: the app has no such secret; its secrets are Small.Crm',
    )
    expect((await call('/old')).status).toBe(200)
    expect((await call('/mine', token)).status).toBe(200)
  })
})

describe('an app that the local cloud does not run', () => {
  const small = () => appWith('a')
  const patched = (change: Parameters<Assemblies['patch']>[2]) => assemblies.patch(small(), stackName, change)
  const firstId = (template: Parameters<typeof idsOf>[0], type: string) => idsOf(template, type)[0] ?? ''

  it('because it has two REST APIs is refused with the names of both', async () => {
    const assembly = assemblies.synthesize(stack => {
      for (const id of ['One', 'Two']) {
        new ZeroTrustApi(stack, id).addRoute('GET /', {
          upstream: Upstream.stub(200, {}),
          access: Access.public(),
        })
      }
    })
    await expect(start({ assembly, upstreams: {} })).rejects.toThrow(
      /has 2 REST APIs \(Small\.One\w+, Small\.Two\w+\) and 2 stages/,
    )
  })

  it('because it has a stage of its own is refused with the stage’s name', async () => {
    const { Stage, Stack } = await import('aws-cdk-lib')
    const assembly = assemblies.synthesize((_stack, app) => new Stack(new Stage(app, 'Production'), 'Inner'))
    await expect(start({ assembly, upstreams: {} })).rejects.toThrow('assembly-Production: is a stage')
  })

  it.each<[string, Parameters<Assemblies['patch']>[2], RegExp]>([
    [
      'a resource of an unknown type',
      ({ Resources }) => Object.assign(Resources, { Queue: { Type: 'AWS::SQS::Queue' } }),
      /^Small\.Queue: AWS::SQS::Queue is not run by the local cloud; it runs AWS::ApiGateway::RestApi/,
    ],
    [
      'an unknown property',
      template => {
        const id = firstId(template, 'AWS::Lambda::Function')
        Object.assign(template.Resources[id]?.Properties ?? {}, { DeadLetterConfig: {} })
      },
      /^Small\.\w+: property DeadLetterConfig of AWS::Lambda::Function is not supported; supported: /,
    ],
    [
      'a resource with a condition',
      template => {
        const id = firstId(template, 'AWS::Lambda::Function')
        Object.assign(template.Resources[id] ?? {}, { Condition: 'InProduction' })
      },
      /^Small\.\w+: Condition is not supported/,
    ],
    [
      'a value behind a condition',
      template => {
        const id = firstId(template, 'AWS::Lambda::Function')
        Object.assign(template.Resources[id]?.Properties ?? {}, { Timeout: { 'Fn::If': ['X', 1, 2] } })
      },
      /^Small\.\w+\.Timeout: Fn::If is not supported; supported: Ref, /,
    ],
    [
      'conditions at all',
      template => Object.assign(template, { Conditions: { X: { 'Fn::Equals': [1, 1] } } }),
      /^Small: Conditions is not supported/,
    ],
    [
      'a parameter to be filled in',
      template => Object.assign(template, { Parameters: { Level: { Type: 'String' } } }),
      /^Small: Parameters.Level is not supported/,
    ],
  ])('because it has %s is refused with the place', async (_what, change, message) => {
    await expect(start({ assembly: patched(change) })).rejects.toMatchObject({
      name: 'UnsupportedTemplateError',
      message: expect.stringMatching(message),
    })
    expect(watch.leftovers()).toEqual(before)
  })
})

describe('the API', () => {
  it('can be reached on 127.0.0.1 and on no other address of this machine', async () => {
    const port = Number(new URL((await start()).url).port)
    const others = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address))
      .filter(address => address !== '127.0.0.1')
    expect(await refuses('127.0.0.1', port)).toBe(false)
    for (const address of [...others, '::1']) expect(await refuses(address, port), address).toBe(true)
  })

  it('cannot reach an upstream that nobody plays: it answers 502, and names the upstream at the start', async () => {
    const { unmapped } = await start({ upstreams: {} })
    expect(unmapped()).toContain(crm)
    expect((await call('/deals', await reader())).status).toBe(502)
  })
})

describe('an issuer that cannot be reached', () => {
  it('keeps nobody from starting: its tokens are refused until it answers, then admitted without a restart', async () => {
    const reasons: Array<string | undefined> = []
    const { issuers } = await start({
      assembly: appWith('open'),
      onRequest: ({ reason }) => reasons.push(reason),
    })
    const token = await reader()
    issuers.builtIn(login)?.pause()
    expect((await call('/mine', token)).status).toBe(503)
    expect(reasons).toEqual(['keys.unavailable'])
    const [started] = functionProcesses()
    expect((await call('/open')).status).toBe(200)

    issuers.builtIn(login)?.resume()
    await vi.waitUntil(async () => (await call('/mine', token)).status === 200, {
      timeout: 10_000,
      interval: 100,
    })
    expect(functionProcesses()).toContain(started)
  })
})

describe('issuers as people have them', () => {
  it.each([
    ['https://tenant.auth0.example.com/', undefined],
    ['https://sso.example.com/realms/main', undefined],
    ['https://login.example.com/8f4e/v2.0', 'https://keys.example.com/8f4e/keys'],
    ['https://id.example.com/oauth2/default', 'https://id.example.com/oauth2/default/v1/keys'],
  ])('open the first door: %s, with a declared key set: %s', async (name, jwksUri) => {
    const other = `${name.replace(/\/$/, '')}/other`
    const options = { audience: 'https://api.example.com', algorithms: ['ES256'] } as const
    const assembly = assemblies.synthesize(stack => {
      const api = new ZeroTrustApi(stack, 'Api', {
        issuers: [
          Issuer.oidc(name, { ...options, ...(jwksUri && { jwksUri }) }),
          Issuer.oidc(other, options),
        ],
      })
      api.addRoute('GET /a', {
        upstream: Upstream.http(crm),
        output: anyOutput,
        access: Access.token({ scopes: ['a'] }),
      })
    })
    const { issuers } = await start({ assembly })
    for (const issuer of [name, other]) {
      const token = await issuers.builtIn(issuer)?.mint({ subject: 'ada', scope: 'a' })
      expect((await call('/a', token)).status, issuer).toBe(200)
      const principal = String(upstream.last()?.headers['sallyport-principal'])
      expect(JSON.parse(Buffer.from(principal, 'base64url').toString())).toMatchObject({
        iss: issuer,
        sub: 'ada',
      })
    }
  })
})

describe('the name a request asks for', () => {
  const statusFor = async (host: string): Promise<number | undefined> => {
    const [response] = await once(get(`${cloud?.url}/health`, { headers: { host } }), 'response')
    response.resume()
    return response.statusCode
  }

  it('is answered for localhost in all its spellings', async () => {
    await start()
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'app.localhost']) {
      expect([host, await statusFor(host)]).toEqual([host, 200])
    }
  })

  it('is refused for any other, which a page of another site could make lead here', async () => {
    await start()
    for (const host of ['evil.example', 'localhost.evil.example', '169.254.169.254']) {
      expect([host, await statusFor(host)]).toEqual([host, 403])
    }
  })
})
