import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Something that is served at a production URL. */
export interface Site {
  readonly url: URL
  /** What it answers: `below` everything under the URL's path, `exactly` that path alone, which goes before. */
  readonly answers: 'below' | 'exactly'
  readonly handle: RequestListener
}

/** Local servers, one for each production host: the TLS front leads a host to one server, and issuers may share a host. */
export interface Hosts {
  /** Host name → http://127.0.0.1:PORT. */
  readonly origins: () => Readonly<Record<string, string>>
  /**
   * Serves these sites from the next request on, and nothing else. A host that stays keeps its port, and requests under way are
   * answered by what they came to. When a server cannot be started, everything is as before.
   */
  readonly serve: (sites: readonly Site[]) => Promise<void>
  /** Whether these hosts answer; those that do not drop every connection, open ones at once. Another `serve` changes nothing of it. */
  readonly setAnswering: (names: readonly string[], answering: boolean) => void
  readonly close: () => Promise<void>
}

interface Host {
  readonly origin: string
  readonly setSites: (sites: readonly Site[]) => void
  readonly setAnswering: (answering: boolean) => void
  readonly close: () => Promise<void>
}

export function createHosts(): Hosts {
  let hosts = new Map<string, Host>()

  return {
    origins: () => Object.fromEntries([...hosts].map(([name, { origin }]) => [name, origin])),
    async serve(sites) {
      const names = [...new Set(sites.map(({ url }) => url.hostname))]
      const next = new Map<string, Host>()
      try {
        for (const name of names) next.set(name, hosts.get(name) ?? (await startHost(name)))
      } catch (error) {
        await closeAll([...next.values()].filter(host => ![...hosts.values()].includes(host)))
        throw error
      }
      for (const [name, host] of next) host.setSites(sites.filter(({ url }) => url.hostname === name))
      const gone = [...hosts].filter(([name]) => !next.has(name)).map(([, host]) => host)
      hosts = next
      await closeAll(gone)
    },
    setAnswering(names, answering) {
      for (const name of names) hosts.get(name)?.setAnswering(answering)
    },
    async close() {
      const gone = [...hosts.values()]
      hosts = new Map()
      await closeAll(gone)
    },
  }
}

const closeAll = (hosts: readonly Host[]) => Promise.all(hosts.map(host => host.close()))

async function startHost(name: string): Promise<Host> {
  let sites: readonly Site[] = []
  let answers = true

  const server = createServer((request, response) => {
    const refuse = (status: number, text: string) =>
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`)
    // A page in the developer's browser must not reach an issuer under a name of its own (DNS rebinding).
    const known = [...sites.map(({ url }) => url.host), local]
    if (!known.includes(request.headers.host ?? '')) {
      return refuse(421, `This is the local server of ${name}; the Host header names another one.`)
    }
    const site = siteFor(request, sites)
    if (site) return site.handle(request, response)
    const served = sites.map(({ url }) => url.href).join(', ')
    return refuse(404, `Nothing is served at this path of ${name}; served: ${served}`)
  })
  // Instead of giving up the port, which something else could take meanwhile.
  server.on('connection', socket => {
    if (!answers) socket.resetAndDestroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const local = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    origin: `http://${local}`,
    setSites(next) {
      sites = next
    },
    setAnswering(next) {
      answers = next
      if (!answers) server.closeAllConnections()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The exact one, else the innermost: `/realms/main` before the issuer that has the whole host. */
function siteFor({ url = '/' }: IncomingMessage, sites: readonly Site[]): Site | undefined {
  const [path = '/'] = url.split('?')
  const exact = sites.find(site => site.answers === 'exactly' && site.url.pathname === path)
  if (exact) return exact
  return sites
    .filter(site => site.answers === 'below' && `${path}/`.startsWith(`${basePath(site)}/`))
    .sort((a, b) => basePath(b).length - basePath(a).length)[0]
}

const basePath = ({ url }: Site) => url.pathname.replace(/\/$/, '')
