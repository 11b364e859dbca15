import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { securityHeaders } from '../../contract/headers.ts'
import { UsageError } from '../usage-error.ts'
import { refuseStranger } from './admission.ts'
import { readAssets } from './assets.ts'
import { createEventStream, type PageEvent } from './event-stream.ts'
import type { Feed } from './feed.ts'
import { ranges } from './ranges.ts'
import { type PageCloudWatch, pageDashboards, widgetData } from './widgets.ts'

export interface PageOptions {
  /** Port on 127.0.0.1. @default 0, a free one */
  readonly port?: number
  readonly feed: Feed
  readonly cloudWatch: PageCloudWatch
  /** What the app is at this moment. */
  readonly app: () => PageApp
  readonly now?: () => number
}

/** What the page says of the app. */
export interface PageApp {
  readonly name: string
  /** Where its API is served. */
  readonly url: string
  /** Route keys. */
  readonly routes: readonly string[]
}

export interface LocalPage {
  /** `http://localhost:<port>/` */
  readonly url: string
  /** The app is another one now. */
  readonly reloaded: () => void
  readonly close: () => Promise<void>
}

/** As for all answers, but that a page needs its own scripts and styles; and there is no TLS to be strict about. */
const { 'strict-transport-security': _, ...shared } = securityHeaders
const headers = {
  ...shared,
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types text-widget',
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
}

// How soon a changed alarm is seen.
const alarmsEveryMs = 1000
const widgetsMax = 100

/**
 * Serves the page that shows what the local cloud does. It only reads; see {@link refuseStranger} for whom.
 * Rejects with a {@link UsageError} when the port is taken.
 */
export async function startPage({
  port = 0,
  feed,
  cloudWatch,
  app,
  now = Date.now,
}: PageOptions): Promise<LocalPage> {
  const assets = readAssets()
  const stream = createEventStream()
  const state = (): PageEvent => ({
    name: 'state',
    data: { app: app(), dashboards: pageDashboards(cloudWatch, now()), ranges },
  })
  const alarms = (): PageEvent => ({ name: 'alarms', data: cloudWatch.alarms() })

  const unlisten = feed.listen(decision => stream.send({ name: 'decision', data: decision }))
  let told = JSON.stringify(cloudWatch.alarms())
  const watching = setInterval(() => {
    const event = alarms()
    const text = JSON.stringify(event.data)
    if (text !== told) stream.send(event)
    told = text
  }, alarmsEveryMs).unref()

  const pages: Readonly<Record<string, (query: URLSearchParams, response: ServerResponse) => void>> = {
    '/state': (_query, response) => json(response, { ...Object(state().data), alarms: cloudWatch.alarms() }),
    '/widgets': (query, response) => {
      const data = widgets(query)
      if (data) json(response, data)
      else plain(response, 400, 'widgets?dashboard=<name>&ids=<numbers>&range=<seconds>\n')
    },
    '/events': (_query, response) => {
      const first: PageEvent[] = [state(), alarms(), { name: 'decisions', data: feed.decisions() }]
      if (!stream.open(response, first)) plain(response, 503, 'Too many pages are open.\n')
    },
  }

  function widgets(query: URLSearchParams): unknown {
    const range = query.get('range') ?? ''
    const periodSeconds = Object.hasOwn(ranges, range) ? ranges[range] : undefined
    const dashboard = cloudWatch.dashboards().find(({ name }) => name === query.get('dashboard'))
    const ids = (query.get('ids') ?? '').split(',')
    if (!periodSeconds || !dashboard || ids.length > widgetsMax) return undefined
    if (!ids.every(id => /^\d{1,3}$/.test(id) && dashboard.widgets[Number(id)])) return undefined
    const to = now()
    const from = to - Number(range) * 1000
    const span = { from, to, periodMs: periodSeconds * 1000 }
    return {
      from,
      to,
      periodSeconds,
      widgets: Object.fromEntries(
        ids.map(id => [id, widgetData(cloudWatch, dashboard.name, Number(id), span)]),
      ),
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const refused = refuseStranger(request)
    if (refused) {
      if (refused.status === 405) response.setHeader('allow', 'GET, HEAD')
      plain(response, refused.status, refused.text)
      return
    }
    const [pathname = '/', query = ''] = (request.url ?? '/').split('?', 2)
    const asset = assets.get(pathname)
    if (asset) {
      response.writeHead(200, { 'content-type': asset.type, 'content-length': asset.bytes.length })
      response.end(asset.bytes)
      return
    }
    const page = Object.hasOwn(pages, pathname) ? pages[pathname] : undefined
    // To ask for the head of an endless answer is to ask for nothing.
    if (page && !(pathname === '/events' && request.method === 'HEAD'))
      page(new URLSearchParams(query), response)
    else plain(response, 404, 'Nothing is here.\n')
  }

  const server = createServer((request, response) => {
    try {
      answer(request, response)
    } catch (error) {
      process.emitWarning(
        `the page, ${request.url}: ${error instanceof Error ? error.stack : String(error)}`,
        {
          type: 'LocalCloudFault',
        },
      )
      if (response.headersSent) response.destroy()
      else plain(response, 500, 'The page cannot say; sallyport dev printed why.\n')
    }
  })
  server.listen(port, '127.0.0.1')
  const close = async () => {
    unlisten()
    clearInterval(watching)
    stream.close()
    server.close()
    server.closeAllConnections()
  }
  try {
    await once(server, 'listening')
  } catch (error) {
    await close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new UsageError(
      `--page-port ${port}: something else listens there already; choose another port, or 0 for a free one`,
    )
  }
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    reloaded: () => {
      stream.send(state())
      stream.send(alarms())
    },
    close,
  }
}

function json(response: ServerResponse, data: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(data))
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}
