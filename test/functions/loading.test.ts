import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Metafile } from 'esbuild'
import { Access, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, describe, expect, inject, it } from 'vitest'
import type { LocalFunction } from '../../local/template/app.ts'
import { createAssemblies } from '../local/assemblies.ts'
import { readDeployedApp } from '../support/deployed-app.ts'

/**
 * Which of Node's own modules a fresh process has after loading a function. The first door fetches its keys meanwhile; what
 * `fetch` itself loads is Node's matter, and needed with the first key in any case.
 */
function loadedBy({ folder, environment }: LocalFunction): string[] {
  const script = `
    const issuer = 'https://login.example.com'
    const document = Buffer.from(JSON.stringify({ issuer, jwks_uri: issuer + '/keys', keys: [] }))
    globalThis.fetch = async () => ({ status: 200, body: [document] })
    await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)})
    const loaded = process.moduleLoadList.map(name => name.replace('NativeModule ', ''))
    console.log(JSON.stringify(loaded))`
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...environment, AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
    encoding: 'utf8',
  })
  return JSON.parse(output)
}

/** The sources that are loaded with one of them, in the gate's bundle: what it only loads on demand left out. */
function loadedWith(source: string): string[] {
  const { gate } = JSON.parse(readFileSync('dist/functions/metafile.json', 'utf8')) as { gate: Metafile }
  const seen = new Set<string>()
  const sourcesOf = (file: string): string[] => {
    const output = gate.outputs[file]
    if (!output || seen.has(file)) return []
    seen.add(file)
    const imported = output.imports.filter(({ kind }) => kind === 'import-statement')
    return [...Object.keys(output.inputs), ...imported.flatMap(({ path }) => sourcesOf(path))]
  }
  const entry = Object.keys(gate.outputs).find(file => gate.outputs[file]?.entryPoint === source)
  return sourcesOf(entry ?? `no entry for ${source}`)
}

const assemblies = createAssemblies()
afterAll(() => assemblies.remove())

const functionNamed = (part: string, assembly = inject('dealDesk')): LocalFunction => {
  const found = readDeployedApp(assembly).functions.find(({ name }) => name.includes(part))
  if (!found) throw new Error(`no function has "${part}" in its name`)
  return found
}

// Each of these takes milliseconds of every cold start; that one came back would show nowhere else.
describe('at load', () => {
  it('the first door has no use for streams, HTTP or Node’s copy of undici', () => {
    const loaded = loadedBy(functionNamed('FirstDoor'))
    for (const name of ['stream', 'http', 'http2', 'internal/deps/undici/undici'])
      expect(loaded).not.toContain(name)
  })

  it('a gate of stubs that neither counts nor obeys operators loads no HTTP client', () => {
    const assembly = assemblies.synthesize(stack => {
      const api = new ZeroTrustApi(stack, 'Api')
      api.addRoute('GET /health', { upstream: Upstream.stub(200, null), access: Access.public() })
    })
    const loaded = loadedBy(functionNamed('Stubs', assembly))
    for (const name of ['tls', 'http', 'https', 'http2', 'internal/deps/undici/undici'])
      expect(loaded).not.toContain(name)
  })

  it('a gate has neither KMS nor what signs requests, unless its upstream has such credentials', () => {
    const credentials = /client-kms|credentials\/(?:gateway-token|sig-v4)\.ts|smithy\/signature-v4/
    const [handler, http, token] = [
      'functions/gate/handler.ts',
      'functions/gate/upstreams/http/open-http.ts',
      'functions/gate/upstreams/http/credentials/gateway-token.ts',
    ].map(source => loadedWith(source).filter(path => credentials.test(path)))
    expect([handler, http]).toEqual([[], []])
    expect(token?.join()).toMatch(/client-kms/)
  })

  it('a gate before an HTTP upstream loads neither HTTP/2 nor Node’s copy of undici, but what every request needs', () => {
    const loaded = loadedBy(functionNamed('Crm'))
    for (const name of ['http2', 'internal/deps/undici/undici']) expect(loaded).not.toContain(name)
    expect(loaded).toContain('tls')
  })
})

it('a gate before an HTTP upstream loads the client of Secrets Manager only where it shows a certificate', () => {
  const { outputs } = (JSON.parse(readFileSync('dist/functions/metafile.json', 'utf8')) as { gate: Metafile })
    .gate
  /** All that is loaded with a file, and not on demand. */
  const loadedWith = (file: string, found = new Set<string>()): ReadonlySet<string> => {
    if (found.has(file)) return found
    found.add(file)
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement') loadedWith(path, found)
    return found
  }
  const holding = (source: string) =>
    Object.keys(outputs).find(file => Object.hasOwn(outputs[file]?.inputs ?? {}, source)) ?? ''
  const secrets = Object.keys(outputs).filter(file =>
    Object.keys(outputs[file]?.inputs ?? {}).some(input => input.includes('client-secrets-manager')),
  )
  expect(secrets).not.toEqual([])
  const exchange = loadedWith(holding('functions/gate/upstreams/http/exchange.ts'))
  expect(exchange).toContain(holding('functions/gate/upstreams/http/connection/connector.ts'))
  for (const file of secrets) expect(exchange).not.toContain(file)
})
