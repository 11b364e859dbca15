import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { calculateJwkThumbprint, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Ticket } from '../../../../contract/ticket.ts'
import type { DeclaredRequest } from '../../../../functions/gate/passage.ts'
import type { Outgoing } from '../../../../functions/gate/upstreams/http/credentials/credentials.ts'
import { openGatewayToken } from '../../../../functions/gate/upstreams/http/credentials/gateway-token.ts'
import type { KmsKey, PublicJwk } from '../../../../functions/gate/upstreams/kms/keys.ts'
import { nowMs, ticket } from '../parts.ts'
import { declaredRequest } from './declared-request.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = publicKey.export({ format: 'jwk' })
const kid = await calculateJwkThumbprint(jwk as { kty: string })
const published = { ...jwk, kid, use: 'sig', alg: 'ES256' } as unknown as PublicJwk

const declared = {
  kind: 'gatewayToken',
  issuer: 'https://api.example.com',
  audience: 'https://crm.example.com',
  key: { env: 'SIGNING_KEY' },
  lifetimeSeconds: 60,
} as const
const outgoing: Outgoing = { method: 'GET', path: '/', headers: { accept: 'text/plain' }, body: null }

/** Credentials of one instance, whose key is here, and whose clock is told. */
async function open({
  key = {},
  lifetimeSeconds = 60,
}: {
  key?: Partial<KmsKey>
  lifetimeSeconds?: number
} = {}) {
  let at = nowMs
  const calls = { publicKey: 0, sign: 0 }
  const real: KmsKey = {
    publicKey: async () => published,
    sign: async text => sign('sha256', Buffer.from(text), privateKey),
  }
  const counting: KmsKey = {
    publicKey: ms => {
      calls.publicKey += 1
      return (key.publicKey ?? real.publicKey)(ms)
    },
    sign: (text, ms) => {
      calls.sign += 1
      return (key.sign ?? real.sign)(text, ms)
    },
  }
  const clock = { wall: () => at, steady: () => at - nowMs }
  const credentials = await openGatewayToken({ ...declared, lifetimeSeconds }, {}, { key: counting, clock })
  const ask = (changes: Partial<DeclaredRequest> = {}, withinMs = 5000) =>
    credentials(
      outgoing,
      declaredRequest({ ticket: { ...ticket, expiresAt: nowMs / 1000 + 600 }, ...changes }),
      withinMs,
    )
  return {
    calls,
    ask,
    token: async (changes?: Partial<DeclaredRequest>) => {
      const asked = await ask(changes)
      if (!asked.ok) throw new Error(asked.reason)
      return String(asked.value.headers.authorization).replace('Bearer ', '')
    },
    pass: (ms: number) => {
      at += ms
    },
  }
}

const caller = (changes: Partial<Ticket>) => ({
  ticket: { ...ticket, expiresAt: nowMs / 1000 + 600, ...changes },
})

describe('a gateway’s token', () => {
  test('is verified by the public key, and is sent with all that was to be sent', async () => {
    const { ask, token } = await open()
    expect(await ask()).toMatchObject({ value: { ...outgoing, headers: { accept: 'text/plain' } } })
    const { payload, protectedHeader } = await jwtVerify(
      await token(),
      createPublicKey({ key: jwk, format: 'jwk' }),
      {
        currentDate: new Date(nowMs),
        issuer: declared.issuer,
        audience: declared.audience,
        typ: 'gateway+jwt',
      },
    )
    expect([payload.sub, payload.route, protectedHeader.kid]).toEqual(['user-1', 'PUT /users/{userId}', kid])
  })

  test('is used for half of its lifetime, and not a millisecond longer', async () => {
    const { token, pass, calls } = await open()
    const first = await token()
    pass(29_999)
    expect(await token()).toBe(first)
    pass(1)
    expect(await token()).not.toBe(first)
    expect(calls).toEqual({ publicKey: 1, sign: 2 })
  })

  test.each<[string, Partial<DeclaredRequest>]>([
    ['another subject', caller({ subject: 'user-2' })],
    ['the same subject of another issuer', caller({ issuer: 'https://other.example.com' })],
    ['another client', caller({ client: 'shop' })],
    ['another route', { key: 'GET /users/{userId}' }],
    ['nobody', { ticket: null }],
    // Put together without care, these would be one name.
    ['a subject that holds another’s client', caller({ subject: 'user-1","shop' })],
  ])('of one caller and route is never that of %s, whoever comes first', async (_, changes) => {
    for (const [one, other] of [
      [{}, changes],
      [changes, {}],
    ]) {
      const { token } = await open()
      const [first, second] = [await token(one), await token(other)]
      expect(first).not.toBe(second)
      expect([await token(one), await token(other)]).toEqual([first, second])
    }
  })

  test('ends with the caller’s own, which may come back with one that ends sooner', async () => {
    const { token } = await open()
    const until = (seconds: number) => caller({ expiresAt: nowMs / 1000 + seconds })
    const ends = async (seconds: number) => (decodeJwt(await token(until(seconds))).exp ?? 0) - nowMs / 1000
    expect(await ends(600)).toBe(60)
    expect(await ends(30.5)).toBe(30)
    // The remembered one will do: it ends before.
    expect(await ends(600)).toBe(30)
  })

  test('of a short rest is used for half of that', async () => {
    const { token, pass } = await open()
    const short = caller({ expiresAt: nowMs / 1000 + 4 })
    const first = await token(short)
    pass(1999)
    expect(await token(short)).toBe(first)
    pass(1)
    expect(await token(short)).not.toBe(first)
  })

  test('is not made for a caller whose own has ended by now', async () => {
    const { ask, calls } = await open()
    for (const expiresAt of [nowMs / 1000, nowMs / 1000 + 0.9])
      expect(await ask(caller({ expiresAt }))).toMatchObject({ ok: false, reason: 'ticket.expired' })
    expect(calls.sign).toBe(0)
  })

  test('is forgotten for the callers that were here longest ago', async () => {
    const { token, calls } = await open()
    const of = (n: number) => token(caller({ subject: `user-${n}` }))
    for (let n = 0; n <= 1000; n += 1) await of(n)
    await of(1)
    expect(calls.sign).toBe(1001)
    await of(0)
    expect(calls.sign).toBe(1002)
  })
})

const trouble = async (): Promise<never> => {
  throw Object.assign(new Error('You have exceeded the rate at which you may call KMS'), {
    name: 'ThrottlingException',
  })
}
const unavailable = { ok: false, reason: 'credentials.unavailable', note: 'ThrottlingException' }

describe('without a signature', () => {
  test('a request is refused, and the next one tries again', async () => {
    let isDown = true
    const { ask } = await open({
      key: { sign: async text => (isDown ? trouble() : sign('sha256', Buffer.from(text), privateKey)) },
    })
    expect(await ask()).toEqual(unavailable)
    isDown = false
    expect(await ask()).toMatchObject({ ok: true })
  })

  test('a function that could not read its key starts all the same, and refuses until it can', async () => {
    let isDown = true
    const { ask, calls } = await open({ key: { publicKey: async () => (isDown ? trouble() : published) } })
    expect(calls.publicKey).toBe(1)
    expect(await ask()).toEqual(unavailable)
    isDown = false
    expect(await ask()).toMatchObject({ ok: true })
  })

  test('a remembered token still goes on, until half of its lifetime', async () => {
    let isDown = false
    const { token, ask, pass } = await open({
      key: { sign: async text => (isDown ? trouble() : sign('sha256', Buffer.from(text), privateKey)) },
    })
    const first = await token()
    isDown = true
    expect(await token()).toBe(first)
    pass(30_000)
    expect(await ask()).toEqual(unavailable)
  })

  test('that is one, nothing is sent', async () => {
    const { ask } = await open({ key: { sign: async () => createHash('sha256').digest() } })
    expect(await ask()).toMatchObject({ ok: false, reason: 'credentials.unavailable' })
  })

  test('KMS is given two seconds at the most, and never more than the request has', async () => {
    const given: number[] = []
    const { ask } = await open({
      key: {
        sign: async (_, ms) => {
          given.push(ms)
          return trouble()
        },
      },
    })
    await ask({}, 60_000)
    await ask({}, 100)
    expect(given[0]).toBeLessThanOrEqual(2000)
    expect(given[1]).toBeLessThanOrEqual(100)
  })
})
