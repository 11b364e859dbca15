import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import {
  type Authority,
  createSigningKey,
  issuerName,
  type SigningKey,
  signToken,
  startAuthority,
} from '../functions/authorizer/authority.ts'
import { startDealDesk } from '../support/deal-desk.ts'
import { expectRefusal } from './answers.ts'
import { sendRaw } from './raw-request.ts'
import { type Attack, attacks, createForge } from './token-attacks.ts'

let key: SigningKey
let stranger: SigningKey
let authority: Authority
let desk: Awaited<ReturnType<typeof startDealDesk>>
/** Why requests were refused, as only operators see it. */
const inside: Array<string | undefined> = []

beforeAll(async () => {
  key = await createSigningKey('key')
  stranger = await createSigningKey('stranger')
  authority = await startAuthority(key)
  desk = await startDealDesk({
    issuers: { [issuerName]: authority.origin },
    onRequest: ({ reason }) => inside.push(reason?.split(' ')[0]),
  })
})
afterAll(async () => {
  await desk.close()
  await authority.close()
})
afterEach(() => {
  authority.behave(undefined)
  authority.publish(key)
})

const now = () => Math.floor(Date.now() / 1000)
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } })

/** Refused as everyone is: one status, one challenge, one body. */
async function expectRejection(response: Response): Promise<void> {
  const { requestId: _, ...problem } = await expectRefusal(response, 401, 'token.rejected')
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(problem).toEqual({
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    detail: 'A valid access token is required.',
    code: 'token.rejected',
  })
}

/** A good token of a caller of its own, whose limit no other test uses up. */
const signed = (more: Record<string, unknown> = {}, by = key) =>
  signToken(by, { claims: { sub: randomUUID(), ...more } })
const good = async () => desk.call('/deals', bearer(await signed()))

const overHttp = attacks.filter(({ notOverHttp }) => !notOverHttp)
/** A cold start takes its time: there, one attack for each reason. All of them, in every state: token-states.test.ts. */
const onePerReason = overHttp.filter(({ reason }, i, all) => all.findIndex(a => a.reason === reason) === i)

const states: Array<[state: string, reach: () => Promise<unknown>, attacks: readonly Attack[]]> = [
  ['cold', () => desk.cloud.reload(inject('dealDesk')), onePerReason],
  ['warm', async () => {}, overHttp],
  ['warm, the key server being down', async () => authority.behave(response => response.destroy()), overHttp],
]

describe.each(states)('%s', (_, reach, some) => {
  beforeAll(async () => {
    expect((await good()).status).toBe(200)
  })

  test.each(some.map(attack => [attack.name, attack] as const))(
    'a request with %s is refused with 401, and its reason stays inside',
    async (_name, attack) => {
      await reach()
      const before = desk.upstream.received.length
      const headers = await attack.headers(await createForge(key, stranger, now()))
      inside.length = 0
      await expectRejection(await send(headers))
      expect(desk.upstream.received.length).toBe(before)
      // Without a token API Gateway answers by itself, and asks no function.
      if (attack.reason !== 'token.missing') await vi.waitFor(() => expect(inside).toEqual([attack.reason]))
    },
  )
})

/** A request with these Authorization headers. */
function send(headers: readonly string[]): Promise<Response> {
  const [only, ...more] = headers
  if (more.length === 0)
    return desk.call('/deals', only === undefined ? {} : { headers: { authorization: only } })
  return sendRaw(desk.cloud.url, ['GET /deals HTTP/1.1', ...headers.map(value => `Authorization: ${value}`)])
}

describe('a good token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('is accepted after the scheme written as %s', async scheme => {
    const response = await desk.call('/deals', { headers: { authorization: `${scheme} ${await signed()}` } })
    expect(response.status).toBe(200)
    expect(response.status).toBe(200)
  })

  test.each<[string, (token: string) => Promise<Response>]>([
    ['the query', token => desk.call(`/deals?access_token=${token}`)],
    ['a cookie', token => desk.call('/deals', { headers: { cookie: `access_token=${token}` } })],
    ['another header', token => desk.call('/deals', { headers: { 'x-authorization': `Bearer ${token}` } })],
    [
      'a form body',
      token => desk.call('/deals', { method: 'POST', body: new URLSearchParams({ access_token: token }) }),
    ],
    [
      'a JSON body',
      token =>
        desk.call('/deals', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ access_token: token, authorization: `Bearer ${token}` }),
        }),
    ],
  ])('is not looked for in %s', async (_, send) => {
    await expectRejection(await send(await signToken(key, { claims: { scope: 'deals:read deals:write' } })))
  })

  test('beside another Authorization header is refused', async () => {
    const token = await signToken(key)
    for (const other of ['Bearer a.b.c', `Bearer ${token}`, 'Basic dTpw']) {
      for (const values of [
        [other, `Bearer ${token}`],
        [`Bearer ${token}`, other],
      ]) {
        const headers = values.map(value => `Authorization: ${value}`)
        await expectRejection(await sendRaw(desk.cloud.url, ['GET /deals HTTP/1.1', ...headers]))
      }
    }
  })

  test('beside another, both decided before, counts as the one whose decision API Gateway cached', async () => {
    const callers = [randomUUID(), randomUUID()] as const
    const tokens = await Promise.all(callers.map(sub => signed({ sub })))
    for (const token of tokens) expect((await desk.call('/deals', bearer(token))).status).toBe(200)
    const headers = tokens.map(token => `Authorization: Bearer ${token}`)
    const response = await sendRaw(desk.cloud.url, ['GET /deals HTTP/1.1', ...headers])
    expect(response.status).toBe(200)
    // Never a mixture: the ticket, and with it the limit and the principal, are of one and the same token.
    const principal = String(desk.upstream.last()?.headers['sallyport-principal'])
    expect(JSON.parse(Buffer.from(principal, 'base64url').toString('utf8')).sub).toBe(callers[1])
  })

  test('of a withdrawn key is refused once the keys were fetched anew', async () => {
    const next = await createSigningKey('next')
    authority.publish(next)
    await desk.cloud.reload(inject('dealDesk'))
    expect((await desk.call('/deals', bearer(await signed({}, next)))).status).toBe(200)
    await expectRejection(await good())
  })

  test('gets 503 and when to come back while the keys cannot be had, never 200', async () => {
    authority.behave(response => response.destroy())
    await desk.cloud.reload(inject('dealDesk'))
    const response = await good()
    await expectRefusal(response, 503, 'keys.unavailable')
    expect(response.headers.get('retry-after')).toBe('5')
    authority.behave(undefined)
    // The first door asks again a second after it failed, without anyone's help.
    await vi.waitUntil(async () => (await good()).status === 200, { timeout: 10_000, interval: 200 })
  })
})

describe("API Gateway's cached decision", () => {
  test('for one route does not serve another', async () => {
    const token = await signed()
    const init = { method: 'POST', ...bearer(token) }
    expect((await desk.call('/deals', bearer(token))).status).toBe(200)
    await expectRefusal(await desk.call('/deals', init), 403, 'access.denied')
    expect((await desk.call('/deals', bearer(token))).status).toBe(200)
  })

  test('for one path does not serve another user of the same route', async () => {
    const sub = randomUUID()
    const token = await signed({ sub })
    expect((await desk.call(`/users/${sub}/deals`, bearer(token))).status).toBe(200)
    await expectRefusal(await desk.call('/users/user-2/deals', bearer(token)), 403, 'access.denied')
  })

  test('does not outlive its token', async () => {
    const token = await signed({ exp: now() + 2 })
    expect((await desk.call('/deals', bearer(token))).status).toBe(200)
    await pause(2100)
    const before = desk.upstream.received.length
    const response = await desk.call('/deals', bearer(token))
    await expectRefusal(response, 401, 'token.rejected')
    expect(desk.upstream.received.length).toBe(before)
    // The second door says so; API Gateway renames the challenge of a function (platform-facts §5.5).
    expect(response.headers.get('x-amzn-remapped-www-authenticate')).toBe('Bearer')
  })
})

describe('the logs', () => {
  test('name the reason of each refusal, and never a token, a claim, a header or a body value', async () => {
    const secret = 'k3wz9q'
    const scope = `deals:read deals:write ${secret}`
    const token = await signed({ sub: secret, tenant: secret, scope, roles: ['sales', secret] })
    const forged = await signToken(stranger, { claims: { sub: secret } })
    const headers = { 'content-type': 'application/json', 'accept-language': secret, 'x-secret': secret }
    const post = (body: string, authorization = `Bearer ${token}`) =>
      desk.call(`/deals?status=${secret}`, { method: 'POST', body, headers: { ...headers, authorization } })
    await post(JSON.stringify({ title: secret, amount: 1, currency: secret, [secret]: secret }))
    await post(`{"title": ${secret}`)
    await post('{}', `Bearer ${forged}`)
    await post('{}', `Basic ${secret}`)
    await desk.call(`/users/${secret}x/deals`, { headers: { ...headers, authorization: `Bearer ${token}` } })
    const reasons = [
      'input.invalid',
      'input.malformed',
      'token.key_unknown',
      'token.malformed',
      'claim.path_mismatch',
    ]
    await vi.waitFor(() => {
      expect(reasons.filter(reason => !desk.logs.some(line => line.includes(reason)))).toEqual([])
    })
    const logs = desk.logs.join('\n')
    expect(logs).not.toContain(secret)
    for (const part of [...token.split('.'), ...forged.split('.')]) expect(logs).not.toContain(part)
  })
})
