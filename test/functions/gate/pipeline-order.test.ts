import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { deny } from '../../../contract/decision.ts'
import type { ReasonCode } from '../../../contract/reasons.ts'
import { type Ticket, ticketContext } from '../../../contract/ticket.ts'
import { assembleGate, eventOf, ticket } from './parts.ts'

describe('the second door', () => {
  // Protection that depends on an unstated order is lost without a sound; here it is stated.
  test('has these steps in this order', () => {
    const source = readFileSync(new URL('../../../functions/gate/pipeline.ts', import.meta.url), 'utf8')
    expect([...source.matchAll(/^\s*\.(?:use|handler)\((\w+)\(/gm)].map(match => match[1])).toEqual([
      'recordOutcome',
      'secureResponse',
      'answerProblems',
      'matchRoute',
      'admitTicket',
      'requireAuthentication',
      'enforceLimits',
      'declareInputs',
      'bindPrincipal',
      'applyRule',
      'callUpstream',
    ])
  })

  // Each request is wrong in everything from its place on, so the reason tells which step spoke first.
  const ofClaims = (claims: Ticket['claims']) => ({
    extendedRequestId: 'id-1',
    authorizer: ticketContext({ ...ticket, claims }),
  })
  const { plan: _, ...withoutPlan } = ticket.claims
  const steps: ReadonlyArray<readonly [ReasonCode, changes: Record<string, unknown>, prior: number]> = [
    ['route.undeclared', { resource: '/undeclared' }, 2],
    ['ticket.missing', { requestContext: { extendedRequestId: 'id-1' } }, 2],
    ['authentication.insufficient', { requestContext: ofClaims({}) }, 2],
    ['limit.user', {}, 2],
    ['input.invalid', { body: '{"title":7}' }, 0],
    ['claim.path_mismatch', { pathParameters: { userId: 'user-2' } }, 0],
    ['rule.failed', { requestContext: ofClaims(withoutPlan) }, 0],
    ['upstream.unreachable', {}, 0],
  ]
  const wrongFrom = (place: number) => {
    const changes = steps.slice(place).map(step => step[1])
    return eventOf(Object.assign({}, ...changes.reverse()))
  }

  test.each(steps.map(([reason, , prior], place) => [reason, wrongFrom(place), prior] as const))(
    'refuses with %s before it looks at what comes later',
    async (reason, event, prior) => {
      const gate = assembleGate({ upstream: async () => deny('upstream.unreachable') })
      for (let i = 0; i < prior; i += 1) await gate.handle(eventOf())
      await gate.handle(event)
      expect(gate.denials.at(-1)?.reason).toBe(reason)
    },
  )

  test('writes nothing for a caller who is sent to sign in', async () => {
    const gate = assembleGate()
    await gate.handle(eventOf({ requestContext: ofClaims({}) }))
    expect(gate.store.writes()).toBe(0)
  })

  test('writes nothing for a request without a ticket', async () => {
    const gate = assembleGate()
    await gate.handle(wrongFrom(1))
    expect(gate.store.writes()).toBe(0)
  })

  test('counts a request whose input is refused', async () => {
    const gate = assembleGate()
    await gate.handle(wrongFrom(4))
    expect(gate.store.writes()).toBe(1)
  })

  test('calls the upstream once, with what is declared and nothing of the event', async () => {
    const gate = assembleGate()
    const answer = await gate.handle(eventOf({ body: '{"title":"a","x":1}', secret: 'undeclared' }))
    expect(answer.statusCode).toBe(200)
    expect(gate.called).toHaveLength(1)
    expect(Object.keys(gate.called[0] ?? {}).sort()).toEqual(
      ['body', 'cookies', 'headers', 'key', 'path', 'query', 'route', 'sourceIp', 'ticket'].sort(),
    )
    expect(gate.called[0]?.body).toEqual({ title: 'a' })
  })
})

describe('a gate that was deployed by halves', () => {
  test('lets nothing pass without its validator', async () => {
    const gate = assembleGate({ validators: {} })
    expect((await gate.handle(eventOf())).statusCode).toBe(500)
    expect(gate.called).toEqual([])
  })

  test('lets nothing pass without its rule', async () => {
    const gate = assembleGate({ rules: {} })
    expect((await gate.handle(eventOf())).statusCode).toBe(500)
    expect(gate.called).toEqual([])
  })

  test('lets nothing pass without counters where a limit is declared', async () => {
    const gate = assembleGate({ counters: null })
    expect((await gate.handle(eventOf())).statusCode).toBe(503)
    expect(gate.called).toEqual([])
  })

  test('shows nothing of a fault', async () => {
    const gate = assembleGate({
      upstream: async () => {
        throw new Error('secret detail')
      },
    })
    const answer = await gate.handle(eventOf())
    expect(answer.statusCode).toBe(500)
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(gate.faults).toHaveLength(1)
  })
})
