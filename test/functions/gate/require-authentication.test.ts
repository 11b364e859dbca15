import { describe, expect, test } from 'vitest'
import type { AuthenticationManifest, GateManifest, GateRoute } from '../../../contract/gate-manifest.ts'
import { type Ticket, ticketContext } from '../../../contract/ticket.ts'
import { assembleGate, eventOf, manifest, nowMs, ticket } from './parts.ts'

const key = 'PUT /users/{userId}'
const now = nowMs / 1000
const anyway: AuthenticationManifest = { acrValues: [], mfa: false, maxAgeSeconds: null }

const asking = (authentication: AuthenticationManifest | null): GateManifest => ({
  ...manifest,
  routes: {
    [key]: {
      ...(manifest.routes[key] as GateRoute),
      access: { kind: 'token', fingerprint: ticket.fingerprint, bind: [], authentication, rule: null },
    },
  },
})

async function ask(required: Partial<AuthenticationManifest>, claims: Ticket['claims'], atMs = nowMs) {
  const gate = assembleGate({ manifest: asking({ ...anyway, ...required }), now: () => atMs })
  const authorizer = ticketContext({ ...ticket, claims, expiresAt: now + 3600 })
  const answer = await gate.handle(eventOf({ requestContext: { extendedRequestId: 'id-1', authorizer } }))
  return {
    gate,
    status: answer.statusCode,
    headers: answer.headers,
    problem: JSON.parse(String(answer.body)),
  }
}
const statusOf = async (...given: Parameters<typeof ask>) => (await ask(...given)).status

describe('maxAuthenticationAge', () => {
  const required = { maxAgeSeconds: 300 }

  test('accepts a sign-in that is exactly that old', async () => {
    expect(await statusOf(required, { auth_time: now - 300 })).toBe(200)
  })
  test('refuses it one second later', async () => {
    expect(await statusOf(required, { auth_time: now - 300 }, nowMs + 1000)).toBe(401)
  })
  test('refuses it one millisecond later', async () => {
    expect(await statusOf(required, { auth_time: now - 300 }, nowMs + 1)).toBe(401)
  })
  test('accepts a sign-in of 60 seconds from now, by a clock that is ahead', async () => {
    expect(await statusOf(required, { auth_time: now + 60 })).toBe(200)
  })
  test('refuses one of 61 seconds from now', async () => {
    expect(await statusOf(required, { auth_time: now + 61 })).toBe(401)
  })
  test.each<[string, Ticket['claims']]>([
    ['is missing', {}],
    ['is null', { auth_time: null }],
    ['is text', { auth_time: String(now) }],
    ['is a list', { auth_time: [now] }],
    ['is true', { auth_time: true }],
    ['is in milliseconds', { auth_time: nowMs }],
    ['is zero', { auth_time: 0 }],
  ])('refuses a token whose auth_time %s', async (_, claims) => {
    const { status, gate } = await ask(required, claims)
    expect(status).toBe(401)
    expect(gate.denials).toMatchObject([{ reason: 'authentication.insufficient', note: 'auth_time' }])
  })
})

describe('mfa', () => {
  test.each([[['mfa']], [['pwd', 'otp', 'mfa']]])('accepts amr %j', async amr => {
    expect(await statusOf({ mfa: true }, { amr })).toBe(200)
  })
  test.each([undefined, null, 'mfa', [], ['pwd'], ['MFA'], ['pwd mfa'], [['mfa']], { 0: 'mfa' }, true])(
    'refuses amr %j',
    async amr => {
      const { status, gate } = await ask({ mfa: true }, amr === undefined ? {} : { amr })
      expect(status).toBe(401)
      expect(gate.denials).toMatchObject([{ reason: 'authentication.insufficient', note: 'amr' }])
    },
  )
})

describe('acr', () => {
  const required = { acrValues: ['phrh', 'phr'] }

  test.each(['phrh', 'phr'])('accepts each declared value: %s', async acr => {
    expect(await statusOf(required, { acr })).toBe(200)
  })
  test.each([undefined, null, '', 'PHR', 'phr ', 'phrh phr', 'ph', ['phr'], { phr: true }, 0])(
    'refuses %j',
    async acr => {
      const { status, gate } = await ask(required, acr === undefined ? {} : { acr })
      expect(status).toBe(401)
      expect(gate.denials).toMatchObject([{ reason: 'authentication.insufficient', note: 'acr' }])
    },
  )
})

describe('the challenge', () => {
  // RFC 6750 §3: scheme, one space, auth-params with commas between them, in quotes.
  test.each<[Partial<AuthenticationManifest>, string, object]>([
    [
      { acrValues: ['phrh', 'phr'], maxAgeSeconds: 300 },
      'Bearer error="insufficient_user_authentication", acr_values="phrh phr", max_age="300"',
      { acr_values: 'phrh phr', max_age: 300 },
    ],
    [
      { acrValues: ['urn:mace:incommon:iap:silver'] },
      'Bearer error="insufficient_user_authentication", acr_values="urn:mace:incommon:iap:silver"',
      { acr_values: 'urn:mace:incommon:iap:silver' },
    ],
    [{ maxAgeSeconds: 1 }, 'Bearer error="insufficient_user_authentication", max_age="1"', { max_age: 1 }],
    [
      { mfa: true },
      'Bearer error="insufficient_user_authentication", error_description="More than one factor is required"',
      {},
    ],
  ])(
    'of %j is that of RFC 9470 §3, and the problem document says the same',
    async (required, header, members) => {
      const { headers, problem, gate } = await ask(required, {})
      expect(headers?.['www-authenticate']).toBe(header)
      expect(problem).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'This request asks for a stronger or a more recent sign-in.',
        code: 'authentication.insufficient',
        requestId: 'id-1',
        ...members,
      })
      expect(gate.called).toEqual([])
    },
  )

  test('says the same whatever a token has, or lacks', async () => {
    const required = { acrValues: ['phr'], mfa: true, maxAgeSeconds: 300 }
    const complete = { acr: 'phr', amr: ['mfa'], auth_time: now }
    const lacking = [{ acr: 'x"y' }, { amr: ['pwd'] }, { auth_time: 1 }].map(async claims => {
      const { headers, problem } = await ask(required, { ...complete, ...claims })
      return JSON.stringify([headers, problem])
    })
    expect(new Set(await Promise.all(lacking)).size).toBe(1)
    expect(await statusOf(required, complete)).toBe(200)
  })
})

test('a route that asks for no sign-in accepts a token that tells nothing of one', async () => {
  const gate = assembleGate({ manifest: asking(null) })
  const authorizer = ticketContext({ ...ticket, claims: {} })
  const answer = await gate.handle(eventOf({ requestContext: { extendedRequestId: 'id-1', authorizer } }))
  expect(answer.statusCode).toBe(200)
})
