import { once } from 'node:events'
import { globSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { basename } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createEventStream } from '../../../local/page/event-stream.ts'
import { createFeed, type Feed } from '../../../local/page/feed.ts'
import { type LocalPage, startPage } from '../../../local/page/server.ts'
import { eventLine, playedCloudWatch, summaryOf } from './played.ts'

let page: LocalPage
let feed: Feed
let played: ReturnType<typeof playedCloudWatch>
let name: string
beforeEach(async () => {
  feed = createFeed({ now: () => 7 })
  played = playedCloudWatch()
  name = 'Api'
  page = await startPage({
    feed,
    cloudWatch: played.cloudWatch,
    app: () => ({ name, url: 'http://localhost:3000', routes: ['GET /deals'] }),
  })
})
afterEach(() => page.close())

/** A request with any headers, a Host of its own too. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(page.url)
  const asked = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { host: `localhost:${port}`, ...headers },
  })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }
}

/** The next events of a stream, in their order. */
function reading(path = 'events') {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const events = (async function* () {
    const { body } = await fetch(`${page.url}${path}`, { signal: controller.signal })
    let text = ''
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? []
        if (event) yield { event, data: JSON.parse(data ?? '') }
      }
    }
  })()
  return {
    next: async () => (await events.next()).value as { event: string; data: never },
    end: () => controller.abort(),
  }
}

describe('who may read', () => {
  const own = () => page.url.slice(0, -1)
  test.each<readonly [string, () => Record<string, string>]>([
    ['a program', () => ({})],
    ['a person, by the address', () => ({ 'sec-fetch-site': 'none' })],
    ['the page itself', () => ({ 'sec-fetch-site': 'same-origin', origin: own() })],
    ['a name below localhost', () => ({ host: 'page.localhost:1' })],
    ['the address', () => ({ host: '127.0.0.1:1' })],
  ])('%s is answered', async (_, headers) => {
    expect((await ask('/', headers())).status).toBe(200)
    expect((await ask('/state', headers())).status).toBe(200)
  })

  test.each<readonly [string, Record<string, string>]>([
    ['a site that made its name lead here', { host: 'evil.example' }],
    ['a site whose name begins as ours', { host: 'localhost.evil.example' }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of another port', { origin: 'http://localhost:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['an image or a link of another site', { 'sec-fetch-site': 'cross-site' }],
    ['an image or a link of another port', { 'sec-fetch-site': 'same-site' }],
    ['a browser that says something new', { 'sec-fetch-site': 'other' }],
  ])('%s is refused everywhere, and learns nothing', async (_, headers) => {
    for (const path of [
      '/',
      '/state',
      '/events',
      '/assets/main.js',
      '/widgets?dashboard=Overview&ids=0&range=300',
      '/none',
    ]) {
      const { status, body, headers: sent } = await ask(path, headers)
      expect([path, status, sent['access-control-allow-origin']]).toEqual([path, 403, undefined])
      expect(body).toMatch(/^This page [a-z ]+\.( Open its address by hand\.)?\n$/i)
    }
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('%s is refused', async method => {
    const { status, headers } = await ask('/state', {}, method)
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

describe('what is served', () => {
  test('is the page, with headers that let it load only what is here', async () => {
    const { headers, body } = await ask('/')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types text-widget",
    )
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    expect(body).not.toMatch(/<script(?! type="module" src="\/assets\/main\.js")|style=|https?:/)
  })

  test('has every file that a browser module or the page names, and no file that none names', async () => {
    const asked = new Set(['/'])
    for (const path of asked) {
      const { status, body } = await ask(path)
      expect([path, status]).toEqual([path, 200])
      if (path.includes('uplot')) continue
      for (const [, named = ''] of body.matchAll(/(?:from|import|src=|href=) ?['"](\.?\/[^'"#]+)['"]/g))
        asked.add(new URL(named, `http://h${path}`).pathname)
    }
    const here = globSync('local/page/browser/*.{js,css,svg}').map(file => `/assets/${basename(file)}`)
    expect([...asked].sort()).toEqual(['/', '/assets/uplot.css', '/assets/uplot.js', ...here].sort())
  })

  test.each([
    '/assets/',
    '/assets/..%2fserver.js',
    '/assets/../server.ts',
    '/state/',
    '/toString',
    '//',
    '/\\',
    '/assets/uplot.d.ts',
  ])('is nothing at %s', async path => {
    expect((await ask(path)).status).toBe(404)
  })

  test('has no body for HEAD, and no stream', async () => {
    expect(await ask('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
    expect(await ask('/events', {}, 'HEAD')).toMatchObject({ status: 404, body: '' })
  })
})

describe('the state', () => {
  test('has the app, its dashboards as they look, and its alarms', async () => {
    const state = JSON.parse((await ask('/state')).body)
    expect(state).toMatchObject({
      app: { name: 'Api', url: 'http://localhost:3000', routes: ['GET /deals'] },
      alarms: [{ name: 'Brute force', state: 'OK' }, { name: 'Upstream down' }],
    })
    const [dashboard] = state.dashboards
    expect(
      dashboard.widgets.map(({ title, kind, note }: Record<string, string>) => [title, kind, note]),
    ).toEqual([
      ['', 'text', ''],
      ['Traffic', 'chart', ''],
      ['Stacked', 'chart', ''],
      ['Number', 'values', ''],
      ['Pie', 'bars', 'a pie in CloudWatch'],
      ['Table', 'table', ''],
      ['Alarms', 'alarms', ''],
      ['Top denied callers', 'contributors', ''],
      ['Broken', 'error', 'no function FOO'],
    ])
    expect(dashboard.widgets[1]).toMatchObject({
      x: 12,
      width: 12,
      height: 5,
      lines: [{ label: 'limit', value: 9 }],
    })
  })

  test('has texts without HTML of their own, without images', async () => {
    const { dashboards } = JSON.parse((await ask('/state')).body)
    const { html } = dashboards[0].widgets[0]
    expect(html).toContain('<h1>Deal desk</h1>')
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;')
    expect(html).toContain('<a href="https://docs.example/">Docs</a>')
    expect(html).not.toContain('<img')
  })
})

describe('widgets', () => {
  test('are evaluated for what is asked for alone, in points fine enough for the range', async () => {
    played.asked.length = 0
    const { body } = await ask('/widgets?dashboard=Overview&ids=1,7,8&range=300')
    const { from, to, periodSeconds, widgets } = JSON.parse(body)
    expect([to - from, periodSeconds]).toEqual([300_000, 5])
    expect(Object.keys(widgets)).toEqual(['1', '7', '8'])
    const [traffic] = widgets[1].series
    expect(traffic).toMatchObject({ label: 'GET /deals', axis: 'left', color: '' })
    expect(traffic.values).toHaveLength(widgets[1].times.length)
    expect(widgets[7].contributors).toEqual([{ keys: ['192.0.2.1'], value: 7 }])
    expect(widgets[8]).toMatchObject({ series: [], errors: ['no function FOO'] })
    expect(played.asked.slice(-3).map(({ index, periodMs }) => [index, periodMs])).toEqual([
      [1, 5000],
      [7, 5000],
      [8, 5000],
    ])
  })

  test.each([
    'dashboard=None&ids=1&range=300',
    'dashboard=Overview&ids=99&range=300',
    'dashboard=Overview&ids=-1&range=300',
    'dashboard=Overview&ids=__proto__&range=300',
    'dashboard=Overview&ids=&range=300',
    'dashboard=Overview&ids=1&range=301',
    'dashboard=Overview&ids=1&range=toString',
    `dashboard=Overview&ids=${Array(101).fill('1').join(',')}&range=300`,
    '',
  ])('are not evaluated for %s', async query => {
    played.asked.length = 0
    expect((await ask(`/widgets?${query}`)).status).toBe(400)
    expect(played.asked).toEqual([])
  })
})

describe('the stream', () => {
  test('begins with what is known, and goes on with each decision, alarm and reload', async () => {
    feed.answered(summaryOf('before'))
    const stream = reading()
    expect(await stream.next()).toMatchObject({ event: 'state', data: { app: { name: 'Api' } } })
    expect(await stream.next()).toMatchObject({ event: 'alarms', data: [{ state: 'OK' }, { state: 'OK' }] })
    expect(await stream.next()).toMatchObject({ event: 'decisions', data: [{ requestId: 'before' }] })

    feed.logged(eventLine('after'))
    feed.answered(summaryOf('after', { status: 403, reason: 'scope.insufficient' }))
    const decision = { requestId: 'after', reason: 'scope.insufficient', event: { class_uid: 6003 } }
    expect(await stream.next()).toMatchObject({ event: 'decision', data: decision })

    name = 'Other'
    page.reloaded()
    expect(await stream.next()).toMatchObject({ event: 'state', data: { app: { name: 'Other' } } })
    expect(await stream.next()).toMatchObject({ event: 'alarms' })

    played.raise('Brute force')
    expect(await stream.next()).toMatchObject({
      event: 'alarms',
      data: [{ state: 'ALARM' }, { state: 'OK' }],
    })
  })

  test('is for 16 readers; another is refused until one goes', async () => {
    const streams = Array.from({ length: 16 }, () => reading())
    for (const stream of streams) expect((await stream.next()).event).toBe('state')
    expect((await ask('/events')).status).toBe(503)
    streams[0]?.end()
    await expect.poll(async () => (await reading().next())?.event, { interval: 20 }).toBe('state')
  })

  test('cuts off a reader that reads no more, and keeps the others', async () => {
    const stream = createEventStream({ backlogBytesMax: 100_000 })
    const server = createServer((_, response) => stream.open(response, []))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      stream.close()
      server.close()
      server.closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    const [slow, quick] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
    for (const socket of [slow, quick])
      socket.on('error', () => {}).write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n')
    let heard = 0
    quick.on('data', chunk => {
      heard += chunk.length
    })
    await once(slow, 'readable')
    await expect.poll(() => stream.readers(), { interval: 5 }).toBe(2)
    const data = 'x'.repeat(50_000)
    let sent = 0
    // What the system itself holds for a reader comes on top.
    while (stream.readers() === 2 && sent < 2000) {
      const before = heard
      stream.send({ name: 'decision', data })
      sent += 1
      while (heard < before + data.length) await turn()
    }
    expect(stream.readers()).toBe(1)
    stream.send({ name: 'decision', data })
    await expect.poll(() => heard, { interval: 5 }).toBeGreaterThan((sent + 1) * data.length)
    slow.destroy()
    quick.destroy()
  })
})

test('a port that is taken is said to be, and nothing is left', async () => {
  const taken = createTcpServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const another = startPage({
    port,
    feed,
    cloudWatch: played.cloudWatch,
    app: () => ({ name: '', url: '', routes: [] }),
  })
  await expect(another).rejects.toThrow(`--page-port ${port}: something else listens there already`)
})
