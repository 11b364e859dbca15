import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appOf, createProject, health, type Project, removeProjects, sallyport, startDev } from './support.ts'

afterAll(removeProjects)

const issuers = [
  "Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] })",
  "Issuer.oidc('https://partners.example.com', { audience: ['one', 'two'], algorithms: ['RS256'] })",
].join(', ')

/** Claims of a printed token. */
const claimsOf = (out: string) => JSON.parse(Buffer.from(String(out.split('.')[1]), 'base64url').toString())

describe.concurrent('sallyport token, of an app with two issuers,', () => {
  let project: Project
  let dev: Awaited<ReturnType<typeof startDev>>
  beforeAll(async () => {
    project = createProject(appOf(health, issuers))
    dev = await startDev(project)
  })
  afterAll(async () => {
    await dev?.end()
  })
  const token = (...args: readonly string[]) => sallyport(project, 'token', ...args)
  const login = ['--issuer', 'https://login.example.com']
  const partners = ['--issuer', 'https://partners.example.com']

  it('asks which one is meant', async () => {
    expect(await token()).toEqual({
      code: 1,
      out: '',
      err: '✗ the app has several issuers; choose one with --issuer: https://login.example.com, https://partners.example.com\n',
    })
  })

  it('says which there are when another is named', async () => {
    expect(await token('--issuer', 'https://other.example.com')).toEqual({
      code: 1,
      out: '',
      err: '✗ --issuer https://other.example.com: the app declares https://login.example.com, https://partners.example.com\n',
    })
  })

  it('puts in what is asked for: subject, claims as JSON or text, life time', async () => {
    const { out } = await token(
      ...login,
      ...['--subject', 'anna', '--claim', 'roles=["sales"]', '--claim', 'tenant=t1', '--expires-in', '60'],
    )
    const claims = claimsOf(out)
    expect(claims).toMatchObject({ sub: 'anna', roles: ['sales'], tenant: 't1' })
    expect(claims.exp - claims.iat).toBe(60)
  })

  it('names the client that is asked for, where the issuer names clients', async () => {
    const { out } = await token(...login, '--client', 'robot-1')
    expect(claimsOf(out)).toMatchObject({ sub: 'user-1', client_id: 'robot-1' })
  })

  it('asks for the audience where an issuer has several', async () => {
    expect(await token(...partners)).toEqual({
      code: 1,
      out: '',
      err: '✗ the issuer has several audiences; choose one with --audience: one, two\n',
    })
  })

  it('takes one of an issuer’s audiences, and no other', async () => {
    expect(claimsOf((await token(...partners, '--audience', 'two')).out)).toMatchObject({
      iss: 'https://partners.example.com',
      aud: 'two',
    })
    expect(await token(...partners, '--audience', 'three')).toEqual({
      code: 1,
      out: '',
      err: '✗ --audience three: the app declares one, two\n',
    })
  })

  it('refuses to overwrite a claim that only the issuer can state', async () => {
    const { code, out, err } = await token(...login, '--claim', 'jti=1')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^✗ the issuer made no token: claims must not contain jti; .+\n$/)
  })

  it.each([
    ['sub', '--subject'],
    ['aud', '--audience'],
    ['scope', '--scope'],
    ['exp', '--expires-in'],
    ['iss', '--issuer'],
    ['client_id', '--client'],
  ])('names the option for the claim %s', async (claim, option) => {
    expect(await token(...login, '--claim', `${claim}=x`)).toEqual({
      code: 1,
      out: '',
      err: `✗ --claim ${claim}: this claim has an option of its own\n  fix: use ${option}\n`,
    })
  })

  it('says where its options are listed, when one is none of them', async () => {
    const { code, err } = await token(...login, '--scopes', 'a')
    expect([code, err]).toEqual([
      1,
      "error: unknown option '--scopes'\n(Did you mean --scope?)\n(sallyport token --help lists its options)\n",
    ])
  })

  it('says how the subject signed in, with claims as the step-up of a route asks for them', async () => {
    const { out } = await token(
      ...login,
      ...['--claim', 'acr="phr"', '--claim', 'amr=["mfa"]', '--claim', 'auth_time=1700000000'],
    )
    expect(claimsOf(out)).toMatchObject({ acr: 'phr', amr: ['mfa'], auth_time: 1_700_000_000 })
  })

  for (const args of [
    ['--role', ''],
    ['--client', ''],
    ['--claim', 'roles'],
    ['--expires-in', '0'],
    ['--expires-in', '86401'],
  ]) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, out, err } = await token(...login, ...args)
      expect([code, out]).toEqual([1, ''])
      expect(err).toMatch(/^error: option '.+' argument '.*' is invalid\. It is .+\n/)
    })
  }
})

describe.concurrent('sallyport token, of an app with a provider’s conventions and pinned keys,', () => {
  let project: Project
  let dev: Awaited<ReturnType<typeof startDev>>
  const sso = 'https://sso.example.com/realms/main'
  const pinned = 'https://pinned.example.com'
  const key =
    "{ kty: 'EC', crv: 'P-256', kid: 'pinned-1', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }"
  beforeAll(async () => {
    const declared = [
      `Issuer.keycloak('${sso}', { audience: 'deals' })`,
      "Issuer.okta('https://id.example.com/oauth2/default', { audience: 'api://default' })",
      "Issuer.google({ audience: 'web', hostedDomain: 'example.com' })",
      `Issuer.keys('${pinned}', { audience: 'deals', algorithms: ['ES256'], keys: [${key}] })`,
    ]
    const sales = "api.addRoute('GET /sales', { upstream: ok, access: Access.token({ roles: ['sales'] }) })"
    project = createProject(appOf(`${health}\n${sales}`, declared.join(', ')))
    dev = await startDev(project)
  })
  afterAll(async () => {
    await dev?.end()
  })
  const token = (...args: readonly string[]) => sallyport(project, 'token', ...args)

  it('puts roles where the issuer keeps them, so that they open what asks for them', async () => {
    const { out, err } = await token('--issuer', sso, '--role', 'sales', '--role', 'lead')
    expect(err).toBe('')
    expect(claimsOf(out)).toMatchObject({ realm_access: { roles: ['sales', 'lead'] }, typ: 'Bearer' })
    const bearer = { headers: { authorization: `Bearer ${out.trim()}` } }
    expect((await dev.get('/sales', bearer)).status).toBe(200)
  })

  it('writes scopes as the issuer does', async () => {
    const okta = ['--issuer', 'https://id.example.com/oauth2/default']
    expect(claimsOf((await token(...okta, '--scope', 'a b')).out)).toMatchObject({ scp: ['a', 'b'] })
  })

  it.each([
    ['--scope', 'scopes'],
    ['--role', 'roles'],
  ])('has %s left out for an issuer whose tokens carry none', async (option, what) => {
    expect(await token('--issuer', 'https://accounts.google.com', option, 'a')).toEqual({
      code: 1,
      out: '',
      err: `✗ ${option}: tokens of https://accounts.google.com carry no ${what}\n  fix: leave ${option} out\n`,
    })
  })

  it('makes none for pinned keys, and says who can', async () => {
    expect(await token('--issuer', pinned)).toEqual({
      code: 1,
      out: '',
      err:
        `✗ the keys of ${pinned} are pinned in the app: only who holds their private parts can make its tokens\n` +
        `  allowed: issuers that are played here: ${sso}, https://id.example.com/oauth2/default, https://accounts.google.com\n` +
        '  fix: declare it with Issuer.oidc, or pin a key of your own, while you develop\n',
    })
  })

  it('leaves pinned ones out when it asks which is meant', async () => {
    expect((await token()).err).toBe(
      `✗ the app has several issuers; choose one with --issuer: ${sso}, https://id.example.com/oauth2/default, https://accounts.google.com\n`,
    )
  })
})
