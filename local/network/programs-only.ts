import type { RequestListener, Server } from 'node:http'

/**
 * Keeps a page in the developer's browser from a server that checks no signatures: a browser names the page's origin with
 * every POST, and a page that made its own name lead here (DNS rebinding) names itself as the host. Programs do neither.
 */
export function programsOnly(server: Server, hosts: readonly string[]): void {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    if (request.headers.origin === undefined && ['127.0.0.1', ...hosts].includes(host)) {
      for (const listener of listeners) listener.call(server, request, response)
      return
    }
    response.writeHead(403, { 'content-type': 'text/plain' }).end('This server is not for web pages.\n')
  })
}
