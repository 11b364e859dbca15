import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GateManifest, GateRoute } from '../../../contract/gate-manifest.ts'
import { type Ticket, ticketContext } from '../../../contract/ticket.ts'
import { assembleGate, eventOf, manifest, openValidators, ticket } from './parts.ts'

const key = 'PUT /users/{userId}'
const withRule = (rule: string): GateManifest => {
  const route = manifest.routes[key] as GateRoute
  const parameter = (name: string, wire: 'string' | 'integer', many: boolean) => ({
    name,
    wire,
    many,
    required: false,
  })
  return {
    ...manifest,
    routes: {
      [key]: {
        ...route,
        access: { kind: 'token', fingerprint: ticket.fingerprint, bind: [], authentication: null, rule },
        input: {
          ...route.input,
          query: [parameter('limit', 'integer', false), parameter('tags', 'string', true)],
        },
        limits: { cost: 1, layers: [], openWithoutStore: false },
      },
    },
  }
}
const gateOf = (rule: string) => {
  const given = withRule(rule)
  return assembleGate({
    manifest: given,
    validators: { [key]: openValidators((given.routes[key] as GateRoute).input) },
  })
}
const asked = (
  claims: Ticket['claims'],
  more: Record<string, unknown> = {},
  identity: unknown = { sourceIp: '192.0.2.1' },
) =>
  eventOf({
    requestContext: {
      extendedRequestId: 'id-1',
      identity,
      authorizer: ticketContext({ ...ticket, claims }),
    },
    ...more,
  })

describe('a rule', () => {
  test('lets through whom it holds for', async () => {
    const gate = gateOf("claims.plan == 'pro' && query.limit <= 10 && path.userId == 'user-1'")
    const answer = await gate.handle(
      asked({ plan: 'pro' }, { multiValueQueryStringParameters: { limit: ['10'] } }),
    )
    expect([answer.statusCode, gate.called.length]).toEqual([200, 1])
  })

  test.each([
    ['that does not hold', "claims.plan == 'pro'", { plan: 'free' }, 'rule.not_met'],
    ['of a claim that is not there', "claims.plan == 'pro'", {}, 'rule.failed'],
    ['of a claim of another type', "claims.plan.startsWith('p')", { plan: ['pro'] }, 'rule.failed'],
    ['of a parameter that was not sent', 'query.limit <= 10', {}, 'rule.failed'],
    ['of nothing in particular', 'false', {}, 'rule.not_met'],
  ] as const)(
    '%s refuses, and callers are told no more than of any refusal',
    async (_, rule, claims, reason) => {
      const gate = gateOf(rule)
      const answer = await gate.handle(asked(claims))
      expect(gate.denials).toMatchObject([{ reason }])
      // Where in the rule it was, and nothing of what was compared.
      expect(gate.denials[0]?.note ?? '').toMatch(/^(?:\w+ at character \d+)?$/)
      expect([answer.statusCode, JSON.parse(String(answer.body)).code]).toEqual([403, 'access.denied'])
      expect(gate.called).toEqual([])
      expect(gate.faults).toEqual([])
    },
  )

  test.each([null, {}, ...[null, '', 'unknown', 7, '10.0.0.1, 192.0.2.1'].map(sourceIp => ({ sourceIp }))])(
    'of the source address refuses where all that is known of it is %j',
    async identity => {
      const gate = gateOf("!source.ip.inRange('10.0.0.0/8')")
      expect((await gate.handle(asked({}, {}, identity))).statusCode).toBe(403)
      expect(gate.denials).toMatchObject([{ reason: 'rule.failed' }])
    },
  )

  test('ends in a decision for any claims and any inputs', async () => {
    const gate = gateOf(
      [
        "(claims.a == 'x' || claims.b > 3 || 'c' in claims.c || claims.d.e[0] == claims.a)",
        'claims.f.all(f, f != claims.a) && query.tags.exists(t, t in claims.f)',
        "(has(query.limit) ? query.limit <= size(claims.f) : !source.ip.inRange('10.0.0.0/8'))",
      ].join(' && '),
    )
    const claims = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd', 'f', 'constructor'),
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom('x', 4, ['c'], { e: ['x'] }, ['x', 'y'], { constructor: 'Map', length: 2 }),
      ),
    )
    const query = fc.record(
      { limit: fc.array(fc.constantFrom('1', '-1', 'x')), tags: fc.array(fc.string()) },
      { requiredKeys: [] },
    )
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.jsonValue())
    const outcomes = new Set<number>()
    await fc.assert(
      fc.asyncProperty(claims, query, address, async (held, multiValueQueryStringParameters, sourceIp) => {
        const { statusCode } = await gate.handle(
          asked(held, { multiValueQueryStringParameters }, { sourceIp }),
        )
        outcomes.add(statusCode)
      }),
      { numRuns: 2000 },
    )
    // 400 is `limit` sent twice.
    expect([...outcomes].every(status => [200, 400, 403].includes(status))).toBe(true)
    expect(gate.faults).toEqual([])
  })
})

describe('a gate that was deployed with a rule it cannot read', () => {
  test('does not load', () => {
    expect(() => gateOf('claims.plan ==')).toThrow()
    expect(() => gateOf("path.dealId == 'x'")).toThrow('path has no "dealId"')
  })
})
