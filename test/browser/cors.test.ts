import type { Browser, Page, Request } from 'playwright-core'
import { Access, Issuer, Limit, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { anyOutput } from '../lib/support.ts'
import { startSmallCloud, upstreamOrigin } from '../security/small-cloud.ts'
import { launchChromium } from './chromium.ts'
import { startPages } from './pages.ts'

let browser: Browser
let pages: Awaited<ReturnType<typeof startPages>>
let foreignPages: typeof pages
let cloud: Awaited<ReturnType<typeof startSmallCloud>>

beforeAll(async () => {
  ;[browser, pages, foreignPages] = await Promise.all([launchChromium(), startPages(), startPages()])
  cloud = await startSmallCloud(stack => {
    const api = new ZeroTrustApi(stack, 'Api', {
      issuers: [
        Issuer.oidc('https://login.example.com', {
          audience: 'https://api.example.com',
          algorithms: ['ES256'],
        }),
      ],
      cors: { origins: [pages.originAt('localhost')], credentials: true },
    })
    const crm = api.addUpstream('Crm', Upstream.http(upstreamOrigin))
    const session = { session: optional({ type: 'string' }) } as const
    api.addRoute('GET /deals', {
      upstream: crm,
      output: anyOutput,
      access: Access.token(),
      input: { cookies: session },
      limits: { user: Limit.perMinute(2) },
    })
    api.addRoute('PUT /deals', {
      upstream: crm,
      output: anyOutput,
      access: Access.token(),
      input: {
        headers: { 'x-trace': optional({ type: 'string' }) },
        cookies: session,
        body: { type: 'object', properties: { title: { type: 'string' } } },
      },
    })
    api.addRoute('GET /news', {
      upstream: crm,
      output: anyOutput,
      access: Access.public(),
      input: { cookies: session },
    })
    api.addRoute('POST /news', {
      upstream: crm,
      output: anyOutput,
      access: Access.public(),
      input: { cookies: session, body: optional({ type: 'object' }) },
    })
  })
})
afterAll(async () => {
  await browser?.close()
  pages?.close()
  foreignPages?.close()
  await cloud?.close()
})

let callers = 0
let token: string
let heardBefore: number
beforeEach(async () => {
  callers += 1
  token = await cloud.mint({ subject: `caller-${callers}` })
  heardBefore = cloud.upstream.received.length
})
const heard = () => cloud.upstream.received.slice(heardBefore)

/** A visitor who is signed in: the browser keeps a cookie for the API. */
async function visit(origin: string): Promise<Page> {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  await context.addCookies([{ name: 'session', value: 'of-the-visitor', url: cloud.url, sameSite: 'Lax' }])
  const page = await context.newPage()
  await page.goto(`${origin}/`)
  return page
}

interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly mode?: 'no-cors'
}
interface Seen {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly retryAfter: string | null
}

/** What a page's own script gets of a request. */
const ask = (page: Page, path: string, sent: Sent = {}): Promise<Seen | 'failed'> =>
  page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, { credentials: 'include', ...init })
        return {
          status: response.status,
          type: response.type,
          text: await response.text(),
          retryAfter: response.headers.get('retry-after'),
        }
      } catch {
        return 'failed' as const
      }
    },
    [`${cloud.url}${path}`, sent] as const,
  )
const authorization = () => ({ authorization: `Bearer ${token}` })

describe('a page of the declared origin', () => {
  test('is answered, with its token and its visitor’s cookie', async () => {
    const page = await visit(pages.originAt('localhost'))
    const seen = await ask(page, '/deals', { headers: authorization() })
    expect(seen).toMatchObject({ status: 200, type: 'cors', text: '{"ok":true}' })
    expect(heard().map(({ method, headers }) => [method, headers.cookie])).toEqual([
      ['GET', 'session=of-the-visitor'],
    ])
  })

  test('may send declared headers and a body, after a preflight', async () => {
    const page = await visit(pages.originAt('localhost'))
    const seen = await ask(page, '/deals', {
      method: 'PUT',
      headers: { ...authorization(), 'content-type': 'application/json', 'x-trace': 't-1' },
      body: '{"title":"a"}',
    })
    expect(seen).toMatchObject({ status: 200 })
    expect(heard().map(({ method, headers, body }) => [method, headers['x-trace'], body])).toEqual([
      ['PUT', 't-1', '{"title":"a"}'],
    ])
  })

  test.each([
    ['a header that is not declared', 'PUT', { 'x-other': 'a' }],
    ['a method that is not declared', 'DELETE', {}],
  ])('may not send %s', async (_, method, headers) => {
    const page = await visit(pages.originAt('localhost'))
    expect(await ask(page, '/deals', { method, headers: { ...authorization(), ...headers } })).toBe('failed')
    expect(heard()).toEqual([])
  })

  test('may read refusals, of API Gateway and of the second door, and when to come back', async () => {
    const page = await visit(pages.originAt('localhost'))
    expect(await ask(page, '/deals')).toMatchObject({ status: 401 })
    expect(await ask(page, '/undeclared')).toMatchObject({ status: 404 })
    for (let i = 0; i < 2; i += 1) await ask(page, '/deals', { headers: authorization() })
    const limited = await ask(page, '/deals', { headers: authorization() })
    expect(limited).toMatchObject({ status: 429, text: expect.stringContaining('"limit.user"') })
    expect((limited as Seen).retryAfter).toMatch(/^\d+$/)
  })
})

describe.each([
  ['another site', () => foreignPages.originAt('127.0.0.1')],
  ['another port of the same host', () => foreignPages.originAt('localhost')],
  ['another name of the same page', () => pages.originAt('127.0.0.1')],
])('a page of %s', (_, originOf) => {
  test.each<readonly [string, string, () => Sent]>([
    ['with a good token', '/deals', () => ({ headers: authorization() })],
    ['with a body', '/deals', () => ({ method: 'PUT', headers: authorization(), body: '{}' })],
    ['of a public route', '/news', () => ({})],
    ['of a public route, without asking first', '/news', () => ({ method: 'POST', body: 'title=a' })],
  ])('fails %s, and its request never reaches the upstream', async (_case, path, init) => {
    const page = await visit(originOf())
    expect(await ask(page, path, init())).toBe('failed')
    expect(heard()).toEqual([])
  })

  test.each(['GET', 'POST'])('reaches no upstream by a %s that wants no answer', async method => {
    const page = await visit(originOf())
    const seen = await ask(page, '/news', { method, mode: 'no-cors' })
    expect(seen === 'failed' || seen.type === 'opaque').toBe(true)
    expect(heard()).toEqual([])
  })

  test('reaches no upstream by an image, a script, a frame or a form', async () => {
    const page = await visit(originOf())
    const ended = new Set<string>()
    const note = (request: Request) => {
      if (request.url() === `${cloud.url}/news`) ended.add(`${request.method()} ${request.resourceType()}`)
    }
    page.on('requestfinished', note).on('requestfailed', note)
    await page.setContent(`
      <img src="${cloud.url}/news">
      <script src="${cloud.url}/news"></script>
      <iframe src="${cloud.url}/news"></iframe>
      <iframe name="target"></iframe>
      <form method="post" action="${cloud.url}/news" target="target"></form>
      <script>document.forms[0].submit()</script>`)
    await expect
      .poll(() => [...ended].sort())
      .toEqual(['GET document', 'GET image', 'GET script', 'POST document'])
    expect(heard()).toEqual([])
  })
})

test('a sandboxed frame of the declared page, whose origin is null, fails', async () => {
  const page = await visit(pages.originAt('localhost'))
  await page.setContent(`
    <iframe sandbox="allow-scripts" srcdoc="<script>
      fetch('${cloud.url}/news').then(() => 'read', () => 'failed').then(said => document.title = said)
    </script>"></iframe>`)
  const frame = await vi.waitFor(() => page.frames()[1] ?? Promise.reject(new Error('no frame yet')))
  await expect.poll(() => frame.title()).toBe('failed')
  expect(heard()).toEqual([])
})

test('a link that is followed from another site opens what is public', async () => {
  const page = await visit(foreignPages.originAt('127.0.0.1'))
  await page.setContent(`<a href="${cloud.url}/news">news</a>`)
  await page.click('a')
  await page.waitForURL(`${cloud.url}/news`)
  expect(await page.textContent('body')).toBe('{"ok":true}')
})
