import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { deny } from '../../../contract/decision.ts'
import type { GateManifest, GateRoute } from '../../../contract/gate-manifest.ts'
import type { ReasonCode } from '../../../contract/reasons.ts'
import { type Ticket, ticketContext } from '../../../contract/ticket.ts'
import { assembleGate, eventOf, manifest, ticket } from './parts.ts'

describe('the second door', () => {
  // Protection that depends on an unstated order is lost without a sound; here it is stated.
  test('has these steps in this order', () => {
    const source = readFileSync(new URL('../../../functions/gate/pipeline.ts', import.meta.url), 'utf8')
    const steps = source.matchAll(/^ {4}(?:\.(?:use|handler)\()?(\w+)\((?!\{)/gm)
    expect([...steps].map(match => match[1])).toEqual([
      'recordOutcome',
      'secureResponse',
      'shareResponse',
      'announceLimits',
      'answerProblems',
      'findClient',
      'matchRoute',
      'requireCertificate',
      'checkOrigin',
      'admitTicket',
      'requireAuthentication',
      'enforceLimits',
      'declareInputs',
      'bindPrincipal',
      'applyRule',
      // A gate, behind these steps:
      'declareOutputs',
      // Preflights:
      'recordOutcome',
      'secureResponse',
      'answerProblems',
      'matchPreflight',
      'answerPreflight',
    ])
  })

  test('hands back nothing that an upstream answers but through its outputs', () => {
    const source = readFileSync(new URL('../../../functions/gate/pipeline.ts', import.meta.url), 'utf8')
    expect(source.match(/callUpstream\(/g)).toHaveLength(1)
    expect(source).toContain('.handler(declareOutputs(gate, callUpstream(gate)))')
  })

  test('has the same steps in a function of the user’s own, and between them one that refuses', () => {
    const read = (file: string) =>
      readFileSync(new URL(`../../../functions/${file}`, import.meta.url), 'utf8')
    const gate = read('gate/pipeline.ts')
    const inside = read('middleware/door.ts')
    expect([gate, inside].map(source => source.match(/\bdoorSteps\([^d]/g)?.length)).toEqual([1, 1])
    expect(gate).toContain('.use([...doorSteps(gate)])')
    expect(inside).toContain('const [outermost, ...others] = doorSteps(')
    // Which refuses, and lets nothing pass that they would not.
    expect(inside).toContain('return [outermost, checkUntouched(telemetry), ...others]')
    expect(inside).toContain('for (const step of steps) await step.before?.(passing)')
    expect(inside).toContain('for (const step of steps.toReversed()) {')
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
    expect(gate.state.writes()).toBe(0)
  })

  test('writes nothing for a request without a ticket', async () => {
    const gate = assembleGate()
    await gate.handle(wrongFrom(1))
    expect(gate.state.writes()).toBe(0)
  })

  test('counts a request whose input is refused', async () => {
    const gate = assembleGate()
    await gate.handle(wrongFrom(4))
    expect(gate.state.writes()).toBe(1)
  })

  test('calls the upstream once, with what is declared and nothing of the event', async () => {
    const gate = assembleGate()
    const answer = await gate.handle(eventOf({ body: '{"title":"a","x":1}', secret: 'undeclared' }))
    expect(answer.statusCode).toBe(200)
    expect(gate.called).toHaveLength(1)
    expect(Object.keys(gate.called[0] ?? {}).sort()).toEqual(
      [
        'body',
        'bodyType',
        'certificate',
        'cookies',
        'headers',
        'key',
        'path',
        'query',
        'route',
        'sourceIp',
        'ticket',
      ].sort(),
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

  test('hands nothing back without the validator of an answer', async () => {
    const gate = assembleGate({ outputs: {} })
    expect((await gate.handle(eventOf())).statusCode).toBe(500)
  })

  test('lets nothing pass without its rule', async () => {
    const gate = assembleGate({ rules: {} })
    expect((await gate.handle(eventOf())).statusCode).toBe(500)
    expect(gate.called).toEqual([])
  })

  test('lets nothing pass without the state table where a limit is declared', async () => {
    const gate = assembleGate({ limits: null })
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

describe('what is left behind', () => {
  test('is counted whatever becomes of the request', async () => {
    for (const body of ['{', '{"title":7}', '{"title":"a"}', 'x'.repeat(21)]) {
      const gate = assembleGate()
      await gate.handle(eventOf({ body, multiValueQueryStringParameters: { a: ['1'], b: ['1', '2'] } }))
      expect(gate.stripped).toEqual([{ route: 'PUT /users/{userId}', place: 'query', count: 2 }])
    }
  })
})

describe('a token that is to go on', () => {
  const key = 'PUT /users/{userId}'
  const route = manifest.routes[key] as GateRoute
  const forwarding: GateManifest = {
    ...manifest,
    routes: { [key]: { ...route, input: { ...route.input, forwardAuthorization: true } } },
  }
  const sent = (...values: string[]) =>
    eventOf({ multiValueHeaders: { 'content-type': ['application/json'], Authorization: values } })

  test('goes on when it is the one that was sent', async () => {
    const gate = assembleGate({ manifest: forwarding })
    expect((await gate.handle(sent('bearer a.b.c'))).statusCode).toBe(200)
    expect(gate.called[0]?.headers).toEqual([['authorization', 'Bearer a.b.c']])
  })

  // A cached answer of the first door may have been found by one of two.
  test.each([
    ['two of them', ['Bearer a.b.c', 'Bearer d.e.f']],
    ['none', []],
    ['another scheme', ['Basic YTpi']],
    ['more than a token', ['Bearer a.b.c, Bearer d.e.f']],
  ])('is refused when there is %s', async (_, values) => {
    const gate = assembleGate({ manifest: forwarding })
    expect((await gate.handle(sent(...values))).statusCode).toBe(401)
    expect([gate.denials[0]?.reason, gate.called, gate.faults]).toEqual(['token.malformed', [], []])
  })
})
