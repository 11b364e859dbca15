import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ask, startTable } from '../controls/support.ts'
import {
  appOf,
  createProject,
  health,
  type Project,
  removeProjects,
  sallyportWith,
  startDev,
} from './support.ts'

afterAll(removeProjects)

it('revokes the token on stdin in a deployed table, showing nothing of it, and names it for its restoration', async () => {
  const table = await startTable()
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: table.origin,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_PROFILE: undefined,
  }
  const project = createProject('')
  const revoke = (input: string) =>
    sallyportWith(
      project,
      { env, input },
      ...['control', 'revoke', '--token-stdin', '--why', 'leaked', '--table', table.table],
    )
  try {
    const [jti, sub] = [randomUUID(), randomUUID()]
    const claims = { iss: 'https://login.example.com', jti, sub, exp: Math.floor(Date.now() / 1000) + 3600 }
    const parts = ['{"alg":"ES256"}', JSON.stringify(claims), 'signature'].map(part =>
      Buffer.from(part).toString('base64url'),
    )
    const { out, err, code } = await revoke(`${parts.join('.')}\n`)
    expect([err, code]).toEqual(['', 0])
    expect(out).toMatch(
      /^✓ revoked: the token on stdin\n[\s\S]*undo .* control restore --listed 'token [\w-]{43}' --table [\w-]+ --why/,
    )
    for (const part of [jti, sub, ...parts]) expect(out).not.toContain(part)
    table.advance((Date.now() - table.now()) / 1000)
    expect(await ask(table.gate(), { tokenId: jti })).toBe('control.revoked')

    const restored = await sallyportWith(
      project,
      { env, input: parts.join('.') },
      ...['control', 'restore', '--token-stdin', '--why', 'found', '--table', table.table],
    )
    expect(restored.out).toMatch(
      /^ {2}undo {4}.* control revoke --token-stdin --table [\w-]+ --why '…', with the token on stdin again$/m,
    )

    const refused = await revoke('secret'.repeat(20_000))
    expect([refused.out, refused.code]).toEqual(['', 1])
    expect(refused.err).toMatch(/^✗ --token-stdin: more than a token\n {2}allowed: .*\n {2}fix: .*\n$/)
    expect(refused.err).not.toContain('secret')
  } finally {
    await table.close()
  }
})

describe('sallyport control, on the running local cloud,', () => {
  let project: Project
  let dev: Awaited<ReturnType<typeof startDev>>
  beforeAll(async () => {
    const deals = "api.addRoute('GET /deals', { upstream: ok, access: Access.token() })"
    const app = appOf(`${health}\n${deals}`)
    // Of the API, so that it is counted in the item that its controls stand in.
    const limited = app.replace('{ issuers:', '{ limits: { user: Limit.perMinute(1000) }, issuers:')
    project = createProject(limited)
    dev = await startDev(project)
  })
  afterAll(async () => {
    await dev?.end()
  })
  const control = (...args: readonly string[]) =>
    sallyportWith(project, {}, 'control', ...args, '--why', 'a test')
  const mint = async (subject: string) =>
    (await sallyportWith(project, {}, 'token', '--subject', subject)).out.trim()
  const statusOf = async (token: string, path = '/deals') =>
    (await dev.get(path, { headers: { authorization: `Bearer ${token}` } })).status
  const becomes = (status: number, token: string, path?: string) =>
    vi.waitFor(async () => expect(await statusOf(token, path)).toBe(status), {
      timeout: 10_000,
      interval: 200,
    })

  it('refuses a user at once, over HTTP, and serves it again after the command it printed', async () => {
    const [token, other] = [await mint('anna'), await mint('ben')]
    expect(await statusOf(token)).toBe(200)
    const { out, err } = await control('quarantine', '--subject', 'anna', '--until', '1h')
    expect(err).toBe('')
    expect(out).not.toContain('is the name right')
    expect(await statusOf(token)).toBe(403)
    expect(await statusOf(other)).toBe(200)
    expect(out).toMatch(/undo .* control release --issuer https:\/\/login\.example\.com --subject anna --why/)
    await control('release', '--subject', 'anna')
    await becomes(200, token)
  })

  it('revokes a token by itself', async () => {
    const [token, next] = [await mint('rita'), await mint('rita')]
    expect(await statusOf(token)).toBe(200)
    const revoked = await sallyportWith(
      project,
      { input: token },
      ...['control', 'revoke', '--token-stdin', '--why', 'leaked'],
    )
    expect(revoked.err).toBe('')
    await becomes(401, token)
    expect(await statusOf(next)).toBe(200)
  })

  it('closes a declared route, or everything before an upstream, and no other', async () => {
    const token = await mint('cleo')
    expect(await statusOf(token)).toBe(200)
    expect((await control('close', '--route', 'GET /deals')).err).toBe('')
    await becomes(503, token)
    expect(await statusOf(token, '/health')).toBe(200)
    await control('open', '--route', 'GET /deals')
    await becomes(200, token)
  })

  it('refuses names that the app does not declare', async () => {
    expect((await control('close', '--route', 'GET /deal')).err).toBe(
      '✗ --route GET /deal: the app declares no such route\n  allowed: GET /deals, GET /health\n  fix:     name one of these\n',
    )
    expect((await control('close', '--upstream', 'Crm')).err).toMatch(
      /^✗ --upstream Crm: the app declares no such upstream\n {2}allowed: Stubs\n/,
    )
    const strange = ['--issuer', 'https://other.example.com', '--subject', 'a', '--until', '1h']
    expect((await control('quarantine', ...strange)).err).toMatch(
      /^✗ --issuer https:\/\/other\.example\.com: the app declares no such issuer\n {2}allowed: https:\/\/login/,
    )
  })
})
