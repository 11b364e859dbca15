import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A site with one empty page at every path. It has an origin for each name of this machine. */
export async function startPages() {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>page</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    /** A site of its own is `127.0.0.1`; `localhost` is the API's, with another port. */
    originAt: (name: 'localhost' | '127.0.0.1') => `http://${name}:${port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
