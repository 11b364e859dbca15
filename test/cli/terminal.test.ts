import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { appOf, createProject, health, type Project, removeProjects, sallyport, start } from './support.ts'

const running: Array<ReturnType<typeof start>> = []
afterEach(async () => {
  for (const dev of running.splice(0)) await dev.end()
})
afterAll(removeProjects)

/** `sallyport dev` as a person starts it. */
async function startForPerson(project: Project, ...args: readonly string[]) {
  const dev = start(project, 'dev', '--port', '0', ...args)
  running.push(dev)
  await dev.shows('err', /ready in/)
  const url = /http:\/\/localhost:\d+/.exec(dev.said.err)?.[0] ?? ''
  return { ...dev, url, get: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init) }
}

/** Runs a printed command line where the local cloud was started, which is not where this checkout is. */
const runPrinted = ({ folder }: Project, command: string): string =>
  execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' }).trim()

const issuer = (name: string, more = '') =>
  `Issuer.oidc('https://${name}.example.com', { audience: ['one', 'the other'], algorithms: ['ES256'] ${more} })`
const deals =
  "api.addRoute('GET /deals', { upstream: ok, access: Access.token({ scopes: ['deals:read'] }), limits: { user: Limit.perMinute(3) } })"

describe('the printed examples', () => {
  it('work as they are: several issuers, several audiences, another token type, further claims', async () => {
    const issuers = [
      issuer('login', ", tokenType: 'JWT', requiredClaims: ['client_id', 'jti', 'tenant']"),
      issuer('partners'),
    ]
    const project = createProject(appOf(`${health}\n${deals}`, issuers.join(', ')))
    const dev = await startForPerson(project)
    const [, command = ''] =
      /# succeeds\ncurl -i -H "Authorization: Bearer \$\((.+?)\)"/.exec(dev.said.err) ?? []
    expect(command).toMatch(
      / token --issuer https:\/\/login\.example\.com --audience one --scope "deals:read" --claim tenant=\w+$/,
    )
    const token = runPrinted(project, command)
    expect((await dev.get('/deals', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    expect(dev.said.err).toMatch(/^page {6}http:\/\/localhost:\d+\/ → /m)
    expect(dev.said.err).toContain('# limited to 3 per minute per user: from request 4 on it is 429\n')
  })

  it('are for a route that nothing else is asked of, with a token of an issuer that it accepts', async () => {
    const declared =
      "const partners = Issuer.oidc('https://partners.example.com', { audience: 'one', algorithms: ['ES256'] })"
    const routes = `
api.addRoute('GET /a-rule', { upstream: ok, access: Access.token({ rule: "source.ip == '192.0.2.1'" }) })
api.addRoute('GET /deals', { upstream: ok, access: Access.token({ issuers: [partners] }) })`
    const app = appOf(routes, `${issuer('login')}, partners`)
    const project = createProject(app.replace('const app =', `${declared}\nconst app =`))
    const dev = await startForPerson(project)
    const [, command = ''] =
      /# succeeds\ncurl -i -H "Authorization: Bearer \$\((.+?)\)" \S+\/deals\n/.exec(dev.said.err) ?? []
    expect(command).toMatch(/ token --issuer https:\/\/partners\.example\.com$/)
    const token = runPrinted(project, command)
    expect((await dev.get('/deals', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
  })

  it('are for a route whose upstream answers here, also where it is declared last and has less to show', async () => {
    const crm = `
const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
api.addRoute('GET /far', { upstream: crm, output, access: Access.token(), limits: { user: Limit.perMinute(3) } })
api.addRoute('GET /near', { upstream: ok, access: Access.token({ roles: ['sales'] }) })`
    const project = createProject(appOf(crm))
    const dev = await startForPerson(project)
    const [, command = ''] =
      /# succeeds\ncurl -i -H "Authorization: Bearer \$\((.+?)\)" \S+\/near\n/.exec(dev.said.err) ?? []
    expect(command).toMatch(/ token --role sales$/)
    const token = runPrinted(project, command)
    expect((await dev.get('/near', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
  })

  it('leave the token to the developer where the issuer is their own', async () => {
    const project = createProject(appOf(`${health}\n${deals}`))
    const dev = await startForPerson(project, '--issuer', 'https://login.example.com=http://127.0.0.1:9')
    expect(dev.said.err).toContain(
      '# succeeds, with a token of https://login.example.com in $TOKEN\ncurl -i -H "Authorization: Bearer $TOKEN" ',
    )
  })
})

it('a token without a claim that the app requires is not made; the message names the option', async () => {
  const project = createProject(appOf(health, issuer('login', ", requiredClaims: ['tenant', 'scope']")))
  await startForPerson(project)
  expect(await sallyport(project, 'token', '--audience', 'one')).toEqual({
    code: 1,
    out: '',
    err: '✗ the app refuses tokens of https://login.example.com without tenant, scope\n  fix: add --claim tenant=… --scope …\n',
  })
  const made = await sallyport(
    project,
    ...['token', '--audience', 'one', '--scope', 's', '--claim', 'tenant=t'],
  )
  expect([made.code, made.err]).toEqual([0, ''])
})

it('the request log says why a request was refused, by names and never by values', async () => {
  const project = createProject(
    appOf(`${health}\n${deals}
const list = Upstream.http('https://crm.example.com')
api.addRoute('GET /list', { upstream: list, output, access: Access.token(), input: { query: { limit: { type: 'integer' } } } })
api.addRoute('GET /users/{id}', { upstream: ok, access: Access.token({ claims: { sub: { equalsPath: 'id' } } }), input: { path: { id: { type: 'string' } } } })`),
  )
  const dev = await startForPerson(project)
  const token = async (...args: string[]) => (await sallyport(project, 'token', ...args)).out.trim()
  const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } })
  const some = bearer(await token('--scope', 'deals:read'))
  const shortLived = await token('--scope', 'deals:read', '--expires-in', '1')
  const { exp } = JSON.parse(Buffer.from(String(shortLived.split('.')[1]), 'base64url').toString())

  await dev.get('/deals')
  await dev.shows('err', /^401 GET {4}\/deals \d+ ms gateway: no token$/m)
  await dev.get('/deals', bearer('secret.secret.secret'))
  await dev.shows('err', /^401 GET {4}\/deals \d+ ms token\.\w+/m)
  // Not asked before: then the first door's answer would be cached, and the second one would say it.
  await vi.waitUntil(() => Date.now() > exp * 1000, { timeout: 5000 })
  await dev.get('/deals', bearer(shortLived))
  await dev.shows('err', /^401 GET {4}\/deals \d+ ms token\.expired$/m)
  await dev.get('/deals', bearer(await token()))
  await dev.shows('err', /^403 GET {4}\/deals \d+ ms scope\.insufficient$/m)
  await dev.get('/list?limit=nonsense', some)
  await dev.shows('err', /^400 GET {4}\/list \d+ ms input\.invalid query limit$/m)
  await dev.get('/list?limit=1', some)
  await dev.shows('err', /^502 GET {4}\/list \d+ ms upstream\.unreachable ECONNREFUSED$/m)
  await dev.get('/users/user-2', some)
  await dev.shows('err', /^403 GET {4}\/users\/user-2 \d+ ms claim\.path_mismatch id$/m)
  await vi.waitUntil(async () => (await dev.get('/deals', some)).status === 429)
  await dev.shows('err', /^429 GET {4}\/deals \d+ ms limit\.user$/m)
  await dev.get('/nowhere')
  await dev.shows('err', /^404 GET {4}\/nowhere \d+ ms gateway: no such route$/m)
  await dev.get('/health')
  await dev.shows('err', /^200 GET {4}\/health \d+ ms$/m)
  expect(dev.said.err).not.toMatch(/nonsense|secret/)
})

it('an issuer with pinned keys is listed as one that nobody plays', async () => {
  const key =
    "{ kty: 'EC', crv: 'P-256', kid: 'pinned-1', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }"
  const pinned = `Issuer.keys('https://pinned.example.com', { audience: 'one', algorithms: ['ES256'], keys: [${key}] })`
  const dev = await startForPerson(createProject(appOf(deals, pinned)))
  expect(dev.said.err).toContain(
    'issuer    https://pinned.example.com → pinned keys: nothing is asked of it, nobody plays it\n',
  )
  expect(dev.said.err).toContain('# succeeds, with a token of https://pinned.example.com in $TOKEN\n')
})

it('a reload names a route whose rule changed, and no other for an issuer that is declared before all', async () => {
  const ruled = (rule: string) =>
    `api.addRoute('GET /ruled', { upstream: ok, access: Access.token({ rule: "${rule}" }) })`
  const project = createProject(appOf(`${deals}\n${ruled("source.ip != '192.0.2.1'")}`, issuer('login')))
  const dev = await startForPerson(project)
  project.write('app.ts', appOf(`${deals}\n${ruled("source.ip != '192.0.2.2'")}`, issuer('login')))
  await dev.shows('err', /^↻ reloaded: changed: GET \/ruled$/m)
  project.write(
    'app.ts',
    appOf(`${deals}\n${ruled("source.ip != '192.0.2.2'")}`, `${issuer('partners')}, ${issuer('login')}`),
  )
  await dev.shows('err', /^↻ reloaded: issuers changed$/m)
})

it('a reload says what changed, and which new upstream nobody plays', async () => {
  const project = createProject(appOf(`${health}\n${deals}`))
  const dev = await startForPerson(project)
  const added =
    "api.addRoute('GET /list', { upstream: Upstream.http('https://crm.example.com'), output, access: Access.public() })"
  project.write('app.ts', appOf(`${health}\n${deals}\n${added}`))
  await dev.shows(
    'err',
    /^↻ reloaded: \+ GET \/list\nupstream {2}https:\/\/crm\.example\.com → nobody plays it: --upstream .+$/m,
  )
  project.write('app.ts', appOf(`${health}\n${deals.replace('perMinute(3)', 'perMinute(4)')}`))
  await dev.shows('err', /^↻ reloaded: − GET \/list; changed: GET \/deals$/m)
  project.write('app.ts', appOf(`${health}\n${deals.replace('perMinute(3)', 'perMinute(4)')} // a comment`))
  await dev.shows('err', /^↻ reloaded: routes, access and limits as before$/m)
  expect(dev.said.err.match(/nobody plays it/g)).toHaveLength(1)
})

it('a Lambda upstream that is no function of the app is named at the start', async () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:billing'
  const project = createProject(
    `import { Function } from 'aws-cdk-lib/aws-lambda'\n${appOf(
      `api.addRoute('GET /bills', { upstream: Upstream.lambda(Function.fromFunctionArn(stack, 'Billing', '${arn}')), output, access: Access.public() })`,
    )}`,
  )
  const dev = await startForPerson(project)
  expect(dev.said.err).toContain(
    `upstream  ${arn} → nobody plays it: declare the function in this app to have it run here\n`,
  )
  expect((await dev.get('/bills')).status).toBe(502)
})

it('--version prints the version alone', async () => {
  expect(await sallyport(createProject(''), '--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' })
})

it('help shows no empty default, and those that say something', async () => {
  const project = createProject('')
  const help = async (command: string) => (await sallyport(project, command, '--help')).out
  const [dev, token] = await Promise.all([help('dev'), help('token')])
  expect(`${dev}${token}`).not.toMatch(/default: (?:\{\}|\[\]|"")/)
  expect(dev).toMatch(/default: 3000/)
  expect(token).toMatch(/default: "user-1"/)
})
