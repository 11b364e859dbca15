import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttps, request as httpsRequest } from 'node:https'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CertificateAuthority, createAuthority } from '../../../local/network/ca.ts'
import { type Front, startFront } from '../../../local/network/front.ts'

const host = 'login.example.com'
let directory: string
let ca: CertificateAuthority
const cleanup: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sallyport-front-'))
  ca = await createAuthority({ directory })
  cleanup.push(() => rm(directory, { recursive: true }))
})

afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step()
})

async function listen(server: Server | ReturnType<typeof createTcp>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(async () => {
    const closed = once(server, 'close')
    server.close()
    await closed
  })
  return (server.address() as AddressInfo).port
}

async function front(names: Record<string, string>): Promise<Front> {
  const started = await startFront({ ca, names })
  cleanup.push(() => started.close())
  return started
}

async function echoOrigin(): Promise<string> {
  const server = createServer((request, response) =>
    response.end(JSON.stringify({ url: request.url, headers: request.headers })),
  )
  return `http://127.0.0.1:${await listen(server)}`
}

async function get(port: number, servername = host): Promise<{ status: number; body: string }> {
  const request = httpsRequest({
    host: '127.0.0.1',
    port,
    servername,
    path: '/a%2Fb?c=1',
    headers: { host: servername, connection: 'close' },
    ca: ca.certificate,
  })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode ?? 0, body }
}

/** Settles with the error that ends a TLS connection, or with `null` when it ended in order. */
function ending(socket: TLSSocket): Promise<NodeJS.ErrnoException | null> {
  return new Promise(settle => {
    socket.on('error', settle)
    socket.on('close', () => settle(null))
  })
}

describe('the certificate authority', () => {
  it('writes its certificate and no key to the directory', async () => {
    expect(await readdir(directory)).toEqual(['local-ca.pem'])
    const text = await readFile(ca.certificateFile, 'utf8')
    expect(text).toBe(ca.certificate)
    expect(text).not.toContain('PRIVATE KEY')
  })

  it('signs server certificates for exactly the host asked for, once per host', async () => {
    const leaf = await ca.leafFor(host)
    const certificate = new X509Certificate(leaf.cert)
    expect(certificate.subjectAltName).toBe(`DNS:${host}`)
    expect(certificate.ca).toBe(false)
    expect(certificate.verify(new X509Certificate(ca.certificate).publicKey)).toBe(true)
    expect(await ca.leafFor(host)).toBe(leaf)
    expect(new X509Certificate((await ca.leafFor('127.0.0.1')).cert).subjectAltName).toBe(
      'IP Address:127.0.0.1',
    )
  })

  it('refuses a name that is not a host name', async () => {
    await expect(ca.leafFor('a, CN=b')).rejects.toThrow("'a, CN=b' is not a lower-case host name")
  })
})

describe('the front', () => {
  it('passes what the client sends to the origin of the host name, unchanged', async () => {
    const { port } = await front({ [host]: await echoOrigin() })
    const seen = JSON.parse((await get(port)).body)
    expect(seen.url).toBe('/a%2Fb?c=1')
    expect(seen.headers).toEqual({ host, connection: 'close' })
  })

  it('reaches an https origin that holds a certificate of the same authority', async () => {
    const server = createHttps(await ca.leafFor('127.0.0.1'), (_request, response) => response.end('secure'))
    const { port } = await front({ [host]: `https://127.0.0.1:${await listen(server)}` })
    expect((await get(port)).body).toBe('secure')
  })

  it('speaks TLS 1.3 only and offers http/1.1 only', async () => {
    const { port } = await front({ [host]: await echoOrigin() })
    const options = { host: '127.0.0.1', port, servername: host, ca: ca.certificate }
    const socket = connectTls({ ...options, ALPNProtocols: ['h2', 'http/1.1'] })
    await once(socket, 'secureConnect')
    expect(socket.getProtocol()).toBe('TLSv1.3')
    expect(socket.alpnProtocol).toBe('http/1.1')
    socket.destroy()
    expect((await ending(connectTls({ ...options, maxVersion: 'TLSv1.2' })))?.message).toMatch(
      /protocol version/,
    )
  })

  it('fails the handshake for a host that is not named, and without a host', async () => {
    const { port } = await front({ [host]: await echoOrigin() })
    await expect(get(port, 'other.example.com')).rejects.toThrow()
    expect(await ending(connectTls({ host: '127.0.0.1', port, ca: ca.certificate }))).toBeInstanceOf(Error)
  })

  it("resets the client's connection when the origin refuses", async () => {
    const unused = createTcp()
    unused.listen(0, '127.0.0.1')
    await once(unused, 'listening')
    const port = (unused.address() as AddressInfo).port
    await new Promise(done => unused.close(done))
    const { port: frontPort } = await front({ [host]: `http://127.0.0.1:${port}` })
    await expect(get(frontPort)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it("resets the client's connection when the origin does", async () => {
    const port = await listen(createTcp(socket => socket.once('data', () => socket.resetAndDestroy())))
    const { port: frontPort } = await front({ [host]: `http://127.0.0.1:${port}` })
    await expect(get(frontPort)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('follows a changed table for new connections', async () => {
    const running = await front({ [host]: await echoOrigin() })
    running.setNames({ 'new.example.com': await echoOrigin() })
    expect((await get(running.port, 'new.example.com')).status).toBe(200)
    await expect(get(running.port)).rejects.toThrow()
  })

  it.each([
    ['Login.example.com', 'http://127.0.0.1:1', "'Login.example.com' is not a lower-case host name"],
    ['127.0.0.1', 'http://127.0.0.1:1', "'127.0.0.1' is not a lower-case host name"],
    [host, 'http://127.0.0.1:1/path', "points to 'http://127.0.0.1:1/path'"],
    [host, 'tcp://127.0.0.1:1', "points to 'tcp://127.0.0.1:1'"],
  ])('refuses the table entry %s → %s', async (name, origin, message) => {
    await expect(startFront({ ca, names: { [name]: origin } })).rejects.toThrow(message)
  })

  it('ends open connections when it is closed', async () => {
    const running = await startFront({ ca, names: { [host]: await echoOrigin() } })
    const socket = connectTls({ host: '127.0.0.1', port: running.port, servername: host, ca: ca.certificate })
    await once(socket, 'secureConnect')
    const ended = ending(socket)
    await running.close()
    await ended
    expect(socket.destroyed).toBe(true)
  })
})
