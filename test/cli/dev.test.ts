import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  appOf,
  createProject,
  health,
  nothingIsLeft,
  type Project,
  removeProjects,
  sallyport,
  startDev,
} from './support.ts'

afterAll(removeProjects)

const deals =
  "api.addRoute('GET /deals', { upstream: ok, access: Access.token({ scopes: ['deals:read'] }), limits: { user: Limit.perMinute(60) } })"
const added = "api.addRoute('GET /added', { upstream: ok, access: Access.public() })"

describe('sallyport dev', () => {
  let project: Project
  let dev: Awaited<ReturnType<typeof startDev>>
  beforeAll(async () => {
    project = createProject(appOf(`${health}\n${deals}`))
    dev = await startDev(project)
  })
  afterAll(async () => {
    await dev?.end()
  })

  it('prints one line when it serves: where, and where its page is, which issuers, which table', () => {
    expect(dev.said.out.split('\n')).toHaveLength(2)
    expect(dev.ready).toEqual({
      url: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      page: expect.stringMatching(/^http:\/\/localhost:\d+\/$/),
      issuers: [
        {
          issuer: 'https://login.example.com',
          origin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
          builtIn: true,
          audiences: ['https://api.example.com'],
          requiredClaims: ['client_id', 'jti'],
          ownClaims: ['iss', 'sub', 'exp', 'iat', 'jti', 'aud', 'client_id'],
          scopesClaim: 'scope',
          rolesClaim: 'roles',
        },
      ],
      table: expect.stringMatching(/State/),
    })
  })

  it('serves what is declared, and nothing else', async () => {
    const open = await dev.get('/health')
    expect([open.status, await open.json()]).toEqual([200, { ok: true }])
    expect((await dev.get('/deals')).status).toBe(401)
    expect((await dev.get('/elsewhere')).status).toBe(404)
    expect((await dev.get('/health', { method: 'POST' })).status).toBe(404)
  })

  it('shows each decision on its page, and tells the other commands where that is', async () => {
    await dev.get('/nowhere')
    const { body } = await fetch(`${dev.ready.page}events`)
    let text = ''
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes('gateway: no such route')) break
    }
    expect(text).toContain('"path":"/nowhere"')
    const state = JSON.parse(readFileSync(join(project.folder, '.sallyport', 'dev.json'), 'utf8'))
    expect(state.page).toBe(dev.ready.page)
  })

  it('logs each request as the stage would, to stderr', async () => {
    await dev.get('/health')
    await dev.shows('err', /^\{"requestId":".+","route":"\/health","status":"200",.*\}$/m)
  })

  it('has tokens made that it accepts; the command prints the token alone', async () => {
    const { code, out, err } = await sallyport(project, 'token', '--scope', 'deals:read')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const claims = JSON.parse(Buffer.from(String(out.split('.')[1]), 'base64url').toString())
    expect(claims).toMatchObject({
      iss: 'https://login.example.com',
      aud: 'https://api.example.com',
      sub: 'user-1',
      scope: 'deals:read',
    })
    expect(claims.exp - claims.iat).toBe(300)
    const answer = await dev.get('/deals', { headers: { authorization: `Bearer ${out.trim()}` } })
    expect(answer.status).toBe(200)
  })

  it('serves a changed app; what cannot be synthesized changes nothing, and is said', async () => {
    project.write('app.ts', appOf(`${health}\n${deals}\n${added}`))
    await vi.waitUntil(async () => (await dev.get('/added')).status === 200, {
      timeout: 20_000,
      interval: 50,
    })

    project.write('app.ts', appOf("api.addRoute('GET /health', { upstream: ok })"))
    await dev.shows(
      'err',
      /✗ not reloaded, the last good state is still served: .*\n\n {2}route "GET \/health" of S\/Api: no access rule\n {4}allowed: .+\n {4}fix: .+\n {4}at: {6}app\.ts:8\n/,
    )
    expect((await dev.get('/added')).status).toBe(200)
    expect((await dev.get('/health')).status).toBe(200)

    project.write('app.ts', appOf(`${health}\n${deals}`))
    await vi.waitUntil(async () => (await dev.get('/added')).status === 404, {
      timeout: 20_000,
      interval: 50,
    })
    expect((await dev.get('/health')).status).toBe(200)
    expect(dev.said.err.match(/↻ reloaded/g)).toHaveLength(2)
    expect(dev.said.out.split('\n')).toHaveLength(2)
  })
})

describe('a second sallyport dev in a folder', () => {
  it('is refused with where the first one serves, which goes on; what a dead one left is no obstacle, and --no-page serves none', async () => {
    const project = createProject(appOf(health))
    const stale = (pid: number) =>
      project.write(
        '.sallyport/dev.json',
        JSON.stringify({ pid, url: 'http://localhost:1', issuers: [], table: null }),
      )
    // A process id that is in use again, by something that serves nothing.
    stale(process.pid)
    const first = await startDev(project)
    const { code, out, err } = await sallyport(project, 'dev', '--port', '0')
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe(
      `✗ a local cloud runs for this folder already: ${first.ready.url}, process ${first.pid}\n  fix: use that one, or end it first\n`,
    )
    expect((await sallyport(project, 'token')).code).toBe(0)
    await first.end()
    await nothingIsLeft(project)

    stale(first.pid)
    const next = await startDev(project, '--no-page')
    expect(next.ready.page).toBe(null)
    expect((await next.get('/health')).status).toBe(200)
    await next.end()
    await nothingIsLeft(project)
  })
})

describe('sallyport dev while it starts', () => {
  it('misses no change: what is edited during the first synthesis is served as well', async () => {
    const project = createProject('')
    // The first synthesis sees no /added; by the time it ends, the file says otherwise.
    const later = JSON.stringify(appOf(`${health}\n${added}`))
    project.write(
      'app.ts',
      `import { writeFileSync } from 'node:fs'\n${appOf(`${health}\nwriteFileSync('app.ts', ${later})`)}`,
    )
    const dev = await startDev(project)
    await vi.waitUntil(async () => (await dev.get('/added')).status === 200, {
      timeout: 20_000,
      interval: 50,
    })
    await dev.end()
    await nothingIsLeft(project)
  })
})

describe('sallyport dev with servers of the developer’s own', () => {
  it('plays upstreams and issuers with them, and makes no tokens in an issuer’s name', async () => {
    const server = createServer((_, response) => response.end('{"from":"mine"}')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const mine = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const project = createProject(
      appOf(
        "api.addRoute('GET /deals', { upstream: Upstream.http('https://crm.example.com'), output, access: Access.public() })",
      ),
    )
    const dev = await startDev(
      project,
      ...['--upstream', `https://crm.example.com=${mine}`, '--issuer', `https://login.example.com=${mine}`],
    )
    expect(await (await dev.get('/deals')).json()).toEqual({ from: 'mine' })
    expect(dev.ready).toMatchObject({ issuers: [{ origin: mine, builtIn: false }], table: null })
    const { code, err } = await sallyport(project, 'token')
    expect(code).toBe(1)
    expect(err).toBe(
      `✗ https://login.example.com is served by your own ${mine}; only that can make its tokens\n`,
    )
    expect(existsSync(join(project.folder, '.sallyport'))).toBe(true)
    await dev.end()
    await nothingIsLeft(project)
    server.close()
    server.closeAllConnections()
  })
})
