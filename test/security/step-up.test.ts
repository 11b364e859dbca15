import { Duration } from 'aws-cdk-lib'
import { Access, Issuer, Limit, Upstream, ZeroTrustApi } from 'sallyport'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { anyOutput } from '../lib/support.ts'
import { startSmallCloud, upstreamOrigin } from './small-cloud.ts'

let cloud: Awaited<ReturnType<typeof startSmallCloud>>
beforeAll(async () => {
  cloud = await startSmallCloud(stack => {
    const login = Issuer.oidc('https://login.example.com', {
      audience: 'https://api.example.com',
      algorithms: ['ES256'],
    })
    const api = new ZeroTrustApi(stack, 'Api', { issuers: [login] })
    const inner = api.addUpstream('Inner', Upstream.http(upstreamOrigin))
    const add = (route: `GET /${string}`, access: Access<never>) =>
      api.addRoute(route, { upstream: inner, output: anyOutput, access })
    add('GET /plain', Access.token())
    add('GET /recent', Access.token({ maxAuthenticationAge: Duration.minutes(5) }))
    add('GET /strong', Access.token({ acr: ['phrh', 'phr'] }))
    add('GET /factors', Access.token({ mfa: true }))
    api.addRoute('GET /everything/{userId}', {
      upstream: inner,
      output: anyOutput,
      access: Access.token({
        scopes: ['pay'],
        roles: ['payer'],
        claims: { tenant: { equals: 'acme' }, sub: { equalsPath: 'userId' } },
        acr: ['phr'],
        mfa: true,
        maxAuthenticationAge: Duration.minutes(5),
        rule: 'claims.level >= query.amount',
      }),
      input: { path: { userId: z.string().max(20) }, query: { amount: z.int() } },
      limits: { user: Limit.perHour(50) },
    })
  })
})
afterAll(() => cloud.close())

const seconds = () => Math.floor(Date.now() / 1000)
const insufficient = [401, 'authentication.insufficient'] as const
const remapped = 'x-amzn-remapped-www-authenticate'

describe('a route that asks for a recent sign-in', () => {
  test('is open to one, and sends an old one to sign in again', async () => {
    expect((await cloud.call('/recent', { claims: { auth_time: seconds() - 60 } })).status).toBe(200)
    const { response, problem } = await cloud.expectDenied(
      () => cloud.call('/recent', { claims: { auth_time: seconds() - 360 } }),
      'authentication.insufficient',
      insufficient,
    )
    expect(problem).toMatchObject({ max_age: 300 })
    expect(problem).not.toHaveProperty('acr_values')
    // As API Gateway hands it out; a proxy in front can give it its name back (docs/adr/0009).
    expect(response.headers.get(remapped)).toBe(
      'Bearer error="insufficient_user_authentication", max_age="300"',
    )
    expect(response.headers.get('www-authenticate')).toBeNull()
  })

  test.each<[string, () => Record<string, unknown>]>([
    ['is missing', () => ({})],
    ['is null', () => ({ auth_time: null })],
    ['is text', () => ({ auth_time: String(seconds()) })],
    ['is a list', () => ({ auth_time: [seconds()] })],
    ['is an hour from now', () => ({ auth_time: seconds() + 3600 })],
  ])('is closed to a token whose auth_time %s', async (_, claims) => {
    await cloud.expectDenied(
      () => cloud.call('/recent', { claims: claims() }),
      'authentication.insufficient',
      insufficient,
    )
  })
})

describe('a route that asks for a strong sign-in', () => {
  test('is open to each way that was declared, and names them otherwise, best first', async () => {
    for (const acr of ['phr', 'phrh'])
      expect((await cloud.call('/strong', { claims: { acr } })).status).toBe(200)
    const { response, problem } = await cloud.expectDenied(
      () => cloud.call('/strong', { claims: { acr: 'PHR' } }),
      'authentication.insufficient',
      insufficient,
    )
    expect(problem).toMatchObject({ acr_values: 'phrh phr' })
    expect(response.headers.get(remapped)).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="phrh phr"',
    )
  })

  test('asks for more than one factor where mfa is asked for', async () => {
    expect((await cloud.call('/factors', { claims: { amr: ['pwd', 'otp', 'mfa'] } })).status).toBe(200)
    const { line } = await cloud.expectDenied(
      () => cloud.call('/factors', { claims: { amr: ['pwd'] } }),
      'authentication.insufficient',
      insufficient,
    )
    expect(line.note).toBe('amr')
  })

  test('is as open to a strong sign-in as it was before, after a weak one was refused', async () => {
    const token = await cloud.mint({ claims: { acr: 'phr' } })
    expect((await cloud.send('/strong', token)).status).toBe(200)
    await cloud.expectDenied(
      () => cloud.call('/strong', { claims: { acr: 'pwd' } }),
      'authentication.insufficient',
      insufficient,
    )
    expect((await cloud.send('/strong', token)).status).toBe(200)
  })

  test('is not open because another route was', async () => {
    const token = await cloud.mint({ claims: { acr: 'pwd' } })
    expect((await cloud.send('/plain', token)).status).toBe(200)
    await cloud.expectDenied(() => cloud.send('/strong', token), 'authentication.insufficient', insufficient)
    expect((await cloud.send('/plain', token)).status).toBe(200)
  })
})

// docs/architecture.md states this order. Each token has everything up to its place.
describe('what a token lacks is told in one order: scope, role, claims, sign-in, input, path, rule', () => {
  const denied = [403, 'access.denied'] as const
  const steps = [
    { lacks: 'scope.insufficient', outside: denied },
    { lacks: 'role.missing', outside: denied, scope: 'pay' },
    { lacks: 'claim.not_allowed', outside: denied, roles: ['payer'] },
    { lacks: 'authentication.insufficient', outside: insufficient, tenant: 'acme' },
    {
      lacks: 'input.invalid',
      outside: [400, 'input.invalid'],
      signIn: { acr: 'phr', amr: ['mfa'], auth_time: seconds() },
    },
    { lacks: 'claim.path_mismatch', outside: denied, amount: '7' },
    { lacks: 'rule.failed', outside: denied, subject: 'owner' },
    { lacks: 'rule.not_met', outside: denied, level: 6 },
    { lacks: null, level: 7 },
  ] as const

  test.each(steps.map(({ lacks }, place) => [lacks ?? 'nothing', place] as const))('%s', async (_, place) => {
    const {
      scope,
      roles,
      tenant,
      signIn,
      amount = 'x',
      subject = 'stranger',
      level,
    } = Object.assign({}, ...steps.slice(0, place + 1)) as {
      scope?: string
      roles?: string[]
      tenant?: string
      signIn?: object
      amount?: string
      subject?: string
      level?: number
    }
    const claims = { roles, tenant, ...signIn, level }
    const ask = () => cloud.call(`/everything/owner?amount=${amount}`, { subject, scope, claims })
    const step = steps[place]
    if (!step?.lacks) expect((await ask()).status).toBe(200)
    else {
      const { response } = await cloud.expectDenied(ask, step.lacks, step.outside)
      expect(response.headers.get('www-authenticate')).toBe(
        step.lacks === 'scope.insufficient' ? 'Bearer error="insufficient_scope", scope="pay"' : null,
      )
    }
  })
})
