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

  it('asks for the audience where an issuer has several', async () => {
    const { code, out, err } = await token(...partners)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^✗ the issuer made no token: .*audience.*one.*two.*\n$/)
  })

  it('takes one of an issuer’s audiences, and no other', async () => {
    expect(claimsOf((await token(...partners, '--audience', 'two')).out)).toMatchObject({
      iss: 'https://partners.example.com',
      aud: 'two',
    })
    const { code, out, err } = await token(...partners, '--audience', 'three')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^✗ the issuer made no token: .*three.*\n$/)
  })

  it('refuses to overwrite a claim that only the issuer can state', async () => {
    const { code, out, err } = await token(...login, '--claim', 'iss=https://evil.example.com')
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^✗ the issuer made no token: .*iss.*\n$/)
  })

  for (const args of [
    ['--claim', 'roles'],
    ['--expires-in', '0'],
    ['--expires-in', '86401'],
  ]) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, out, err } = await token(...login, ...args)
      expect([code, out]).toEqual([1, ''])
      expect(err).toMatch(/^error: option '.+' argument '.+' is invalid\. It is .+\n/)
    })
  }
})
