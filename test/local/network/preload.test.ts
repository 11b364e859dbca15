import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDynamoDb } from '../../../local/dynamodb/tables.ts'
import { type LocalIssuer, startIssuer } from '../../../local/issuer/provider.ts'
import { createFunctionPool, type FunctionPool } from '../../../local/lambda/pool.ts'
import { createAuthority } from '../../../local/network/ca.ts'
import { startFront } from '../../../local/network/front.ts'
import { preload } from '../lambda/harness.ts'

// A function as it would be deployed: bundled, with the clients that the product and its users have.
const source = `
import dns from 'node:dns'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { Worker } from 'node:worker_threads'
import { DynamoDBClient, PutItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { Agent, request } from 'undici'

const clients = {
  fetch: async url => (await fetch(url)).json(),
  undici: async url => (await request(url)).body.json(),
  strict: async url =>
    (await request(url, { dispatcher: new Agent({ connect: { minVersion: 'TLSv1.3' } }) })).body.json(),
  https: url => new Promise((settle, fail) => https.get(url, response => {
    let text = ''
    response.on('data', chunk => { text += chunk })
    response.on('end', () => settle(JSON.parse(text)))
  }).on('error', fail)),
  tls: url => new Promise((settle, fail) => {
    const { hostname, pathname } = new URL(url)
    const socket = tls.connect(443, hostname, { servername: hostname }, () =>
      socket.write('GET ' + pathname + ' HTTP/1.0\\r\\nHost: ' + hostname + '\\r\\n\\r\\n'))
    let text = ''
    socket.on('data', chunk => { text += chunk })
    socket.on('end', () => settle(JSON.parse(text.split('\\r\\n\\r\\n')[1])))
    socket.on('error', fail)
  }),
  net: url => new Promise((settle, fail) => {
    const { hostname, port } = new URL(url)
    net.connect({ host: hostname, port: Number(port) }, () => settle('connected')).on('error', fail)
  }),
  // What a name resolves to, in all forms; then a connection to the address, with the name for TLS alone.
  resolve: async url => {
    const { hostname } = new URL(url)
    const ask = options => new Promise((settle, fail) => dns.lookup(hostname, options, (error, address, family) =>
      error ? fail(error) : settle([address, family])))
    const [address, family] = await ask({})
    return { address, family, number: await ask(4), all: (await ask({ all: true }))[0],
      promised: await dns.promises.lookup(hostname), promisedAll: await dns.promises.lookup(hostname, { all: true }) }
  },
  byAddress: async url => {
    const { hostname } = new URL(url)
    const { address } = await dns.promises.lookup(hostname)
    return new Promise((settle, fail) => {
      const socket = tls.connect(443, address, { servername: hostname }, () => {
        settle({ authorized: socket.authorized })
        socket.destroy()
      })
      socket.on('error', fail)
    })
  },
  // As one resolver after another would answer, if this machine's were asked.
  elsewhere: url => new Promise((settle, fail) => {
    const { hostname } = new URL(url)
    const lookup = (_, { all }, done) => all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
    tls.connect({ port: 443, host: hostname, servername: hostname, lookup }, () => settle('connected')).on('error', fail)
  }),
  objecting: url => new Promise((settle, fail) => {
    const { hostname } = new URL(url)
    const lookup = (name, options, done) => dns.lookup(name, options, (error, found) =>
      done(Object.assign(new Error('no'), { code: 'OBJECTED_TO_' + (found[0].address ?? found) })))
    tls.connect({ port: 443, host: hostname, servername: hostname, lookup }, () => settle('connected')).on('error', fail)
  }),
  // Trusting an authority of one's own.
  ownAuthority: url => new Promise((settle, fail) => {
    const { hostname } = new URL(url)
    const socket = tls.connect({ port: 443, host: hostname, servername: hostname, ca: [tls.rootCertificates[0]] }, () => {
      settle({ authorized: socket.authorized })
      socket.destroy()
    })
    socket.on('error', fail)
  }),
  path: path => new Promise((settle, fail) => net.connect(path, () => settle('connected')).on('error', fail)),
  http2: url => new Promise((settle, fail) => http2.connect(url).on('connect', settle).on('error', fail)),
  worker: url => new Promise((settle, fail) => {
    const worker = new Worker(
      "const { parentPort, workerData } = require('node:worker_threads');" +
      "fetch(workerData).then(r => r.json(), e => ({ error: e.cause.message })).then(v => parentPort.postMessage(v))",
      { eval: true, workerData: url })
    worker.on('message', settle).on('error', fail)
  }),
  async dynamodb() {
    const client = new DynamoDBClient({})
    await client.send(new PutItemCommand({ TableName: 'state', Item: { pk: { S: 'a' }, n: { N: '1' } } }))
    return (await client.send(new GetItemCommand({ TableName: 'state', Key: { pk: { S: 'a' } } }))).Item
  },
}

export const handler = async ({ client, url }) => {
  try {
    return await clients[client](url)
  } catch (error) {
    const cause = error.cause ?? error
    return { error: cause.message, code: cause.code }
  }
}`

const cleanup: (() => Promise<unknown>)[] = []
let issuer: LocalIssuer
let pool: FunctionPool

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-network-'))
  cleanup.push(() => rm(directory, { recursive: true }))
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    outfile: join(directory, 'index.cjs'),
    logLevel: 'error',
  })
  issuer = await startIssuer({
    issuer: 'https://login.example.com',
    audiences: ['https://api.example.com'],
    algorithms: ['ES256'],
  })
  cleanup.push(() => issuer.close())
  const dynamodb = await startDynamoDb({
    tables: [
      {
        TableName: 'state',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      },
    ],
  })
  cleanup.push(() => dynamodb.close())
  const ca = await createAuthority({ directory })
  const front = await startFront({
    ca,
    names: { 'login.example.com': issuer.origin, 'dynamodb.eu-west-1.amazonaws.com': dynamodb.origin },
  })
  cleanup.push(() => front.close())
  const impostor = createHttps(await ca.leafFor('other.example.com'), (_request, response) =>
    response.end('{}'),
  )
  impostor.listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  cleanup.push(async () => impostor.close())
  pool = createFunctionPool({
    name: 'gate',
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:gate',
    codeDirectory: directory,
    timeoutMs: 20_000,
    memoryMb: 512,
    environment: {},
    network: {
      preload,
      caFile: ca.certificateFile,
      names: {
        'login.example.com:443': front.port,
        'dynamodb.eu-west-1.amazonaws.com:443': front.port,
        'unnamed.example.com:443': front.port,
        'impostor.example.com:443': (impostor.address() as AddressInfo).port,
      },
    },
    log: line => console.error(line),
  })
  cleanup.push(() => pool.close())
}, 30_000)

afterAll(async () => {
  for (const step of cleanup.reverse()) await step()
})

async function call(client: string, url?: string): Promise<unknown> {
  const result = await pool.invoke({ client, url })
  if (result.kind !== 'returned') throw new Error(JSON.stringify(result))
  return result.payload
}

const metadata = 'https://login.example.com/.well-known/openid-configuration'

describe('a function', () => {
  it.each(['fetch', 'undici', 'strict', 'https', 'tls', 'worker'])(
    'reaches the local issuer under its production name with %s, over verified TLS',
    async client => {
      expect(await call(client, metadata)).toMatchObject({
        issuer: 'https://login.example.com',
        jwks_uri: 'https://login.example.com/jwks',
      })
    },
  )

  it('reaches the local DynamoDB under its production name with the AWS SDK', async () => {
    expect(await call('dynamodb')).toEqual({ pk: { S: 'a' }, n: { N: '1' } })
  })

  it.each([
    ['fetch', 'https://evil.example.com/', 'evil.example.com:443'],
    ['undici', 'https://evil.example.com/', 'evil.example.com:443'],
    ['https', 'https://evil.example.com/', 'evil.example.com:443'],
    ['tls', 'https://evil.example.com/', 'evil.example.com:443'],
    ['http2', 'https://evil.example.com/', 'evil.example.com:443'],
    ['fetch', 'http://login.example.com/', 'login.example.com:80'],
    ['fetch', 'https://169.254.169.254/latest/meta-data', '169.254.169.254:443'],
    ['path', '/var/run/docker.sock', '/var/run/docker.sock'],
  ])('is refused with %s at %s, which is not named', async (client, url, wanted) => {
    expect(await call(client, url)).toEqual({
      code: 'ECONNREFUSED',
      error: expect.stringContaining(`connect ECONNREFUSED ${wanted}: no local server is mapped to it`),
    })
  })

  it('is refused on loopback too, although something listens there', async () => {
    const server = createServer((_request, response) => response.end('{}'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const client of ['fetch', 'net']) {
      expect(await call(client, `http://127.0.0.1:${port}/`)).toMatchObject({ code: 'ECONNREFUSED' })
    }
    await new Promise(done => server.close(done))
  })

  it('is refused from a worker thread as well', async () => {
    expect(await call('worker', 'https://evil.example.com/')).toEqual({
      error: expect.stringContaining('no local server is mapped to it'),
    })
  })

  it('sees public addresses of nobody for the names it knows, one for each, in every form of a lookup', async () => {
    const address = expect.stringMatching(/^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/)
    const seen = (await call('resolve', metadata)) as { address: string }
    const both = { address: seen.address, family: 4 }
    expect(seen).toEqual({
      address,
      family: 4,
      number: [seen.address, 4],
      all: [both],
      promised: both,
      promisedAll: [both],
    })
    expect(await call('resolve', metadata)).toEqual(seen)
    expect(await call('resolve', 'https://impostor.example.com')).not.toMatchObject({ address: seen.address })
  })

  it('resolves nothing else, so that no name leaves this machine', async () => {
    expect(await call('resolve', 'https://evil.example.com')).toEqual({
      error: 'getaddrinfo ENOTFOUND evil.example.com',
      code: 'ENOTFOUND',
    })
    expect(await call('resolve', 'https://localhost')).toMatchObject({
      promised: { address: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/) },
    })
  })

  it('reaches the same server by the address that a name resolved to', async () => {
    expect(await call('byAddress', metadata)).toEqual({ authorized: true })
  })

  it('has its own judgement of addresses asked, and is refused where its resolver leads elsewhere', async () => {
    expect(await call('objecting', metadata)).toMatchObject({
      code: expect.stringMatching(/^OBJECTED_TO_\d/),
    })
    expect(await call('elsewhere', metadata)).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('meets the local server although it trusts an authority of its own alone', async () => {
    expect(await call('ownAuthority', metadata)).toEqual({ authorized: true })
    expect(await call('ownAuthority', 'https://impostor.example.com/')).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  it('does not accept a server that proves another name than the one asked for', async () => {
    for (const client of ['https', 'fetch', 'undici', 'tls']) {
      expect(await call(client, 'https://impostor.example.com/')).toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
        error: expect.stringContaining('impostor.example.com'),
      })
    }
  })

  it('fails to reach a name that leads to the front but is not in its table', async () => {
    expect(await call('https', 'https://unnamed.example.com/')).toMatchObject({
      error: expect.stringMatching(/alert|disconnected/),
    })
  })
})
