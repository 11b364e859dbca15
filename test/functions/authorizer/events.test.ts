import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFirstDoor } from '../../../functions/authorizer/first-door.ts'
import { type Authority, createSigningKey, type SigningKey, signToken, startAuthority } from './authority.ts'
import { openVerifier } from './verifier.ts'

let key: SigningKey
let authority: Authority
beforeAll(async () => {
  key = await createSigningKey('key')
  authority = await startAuthority(key)
})
afterAll(() => authority.close())

function openDoor(sharedOrigins: readonly string[] = []) {
  const { issuers, verified, clock, telemetry, denials } = openVerifier({ fetch: authority.fetch })
  const access = {
    issuers: [0],
    scopes: ['deals:read'],
    anyScope: [],
    roles: [],
    claims: [],
    carried: [],
    viewers: [],
    fingerprint: 'f',
  }
  const door = createFirstDoor({
    manifest: {
      format: 'sallyport/authorizer@1',
      api: 'Api',
      stage: 'live',
      issuers: [],
      verifiedTtlSeconds: 300,
      audit: false,
      clientAddress: null,
      sharedOrigins,
      routes: { 'GET /deals': access, 'POST /deals': { ...access, scopes: ['deals:write'] } },
    },
    arnPrefix: 'arn:aws:execute-api:eu-west-1:111122223333:',
    issuers,
    verified,
    telemetry,
    clock,
  })
  return { door: (event: unknown) => door(event as APIGatewayRequestAuthorizerEvent), denials }
}

const eventOf = (authorization: string, more: Record<string, unknown> = {}) => ({
  type: 'REQUEST',
  httpMethod: 'GET',
  resource: '/deals',
  path: '/deals',
  headers: {},
  multiValueHeaders: { Authorization: [authorization] },
  requestContext: { apiId: 'abc123', extendedRequestId: 'id' },
  ...more,
})

/** A well-formed no: an error, or a policy that denies and nothing else. */
async function expectNo(
  answer: Promise<{ policyDocument: { Statement: ReadonlyArray<{ Effect: string }> } }>,
) {
  const result = await answer.then(
    value => value.policyDocument.Statement.map(statement => statement.Effect),
    (error: unknown) => error,
  )
  if (!(result instanceof Error)) expect(result).toEqual(['Deny'])
}

describe('the first door', () => {
  test('opens for a good token, for this route alone', async () => {
    const { door } = openDoor()
    const { policyDocument, context } = await door(eventOf(`Bearer ${await signToken(key)}`))
    expect(policyDocument.Statement).toEqual([
      {
        Action: 'execute-api:Invoke',
        Effect: 'Allow',
        Resource: ['/deals', '/deals/'].map(
          path => `arn:aws:execute-api:eu-west-1:111122223333:abc123/live/GET${path}`,
        ),
      },
    ])
    expect(context).toMatchObject({ route: 'GET /deals', subject: 'user-1' })
  })

  test('looks at the resource that was matched, not at the path that was sent', async () => {
    const { door } = openDoor()
    const event = eventOf(`Bearer ${await signToken(key)}`, { httpMethod: 'POST', path: '/deals?GET /deals' })
    expect(await door(event)).toMatchObject({ context: { reason: 'scope.insufficient' } })
  })

  test('says no more than Unauthorized to whoever has no good token', async () => {
    const { door } = openDoor()
    await expect(door(eventOf('Bearer a.b.c'))).rejects.toThrow(/^Unauthorized$/)
  })

  test('answers another error when the keys cannot be had, which is no fault of the token', async () => {
    authority.behave(response => response.destroy())
    const { door } = openDoor()
    await expect(door(eventOf(`Bearer ${await signToken(key)}`))).rejects.toThrow('keys.unavailable')
    authority.behave(undefined)
  })

  test.each([
    ['an undeclared route', { resource: '/admin' }],
    ['an undeclared method', { httpMethod: 'DELETE' }],
    ['a name every object has', { httpMethod: 'constructor', resource: '' }],
    ['no API', { requestContext: {} }],
    ['no context', { requestContext: null }],
    ['headers of single values only', { multiValueHeaders: null }],
  ])('denies a good token with %s', async (_, more) => {
    const { door } = openDoor()
    await expectNo(door(eventOf(`Bearer ${await signToken(key)}`, more)))
  })

  test.each([
    ['the declared one that asked', ['https://b.example.com'], 'https://b.example.com'],
    ['none for another', ['https://b.example.com.evil.com'], undefined],
    ['none for two at once', ['https://a.example.com', 'https://b.example.com'], undefined],
    ['none where no page asked', [], undefined],
  ])(
    'says with a 403 whose page may read it, of several declared origins: %s',
    async (_, origin, allowed) => {
      const { door } = openDoor(['https://a.example.com', 'https://b.example.com'])
      const headers = { Authorization: [`Bearer ${await signToken(key)}`], ORIGIN: origin }
      const answer = await door(eventOf('', { httpMethod: 'POST', multiValueHeaders: headers }))
      const reason = 'scope.insufficient'
      expect(answer.context).toMatchObject({ reason, ...(allowed && { allowOrigin: allowed }) })
      if (!allowed) expect(answer.context).not.toHaveProperty('allowOrigin')
    },
  )

  test('denies every event that has no token of ours', async () => {
    const { door } = openDoor()
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('GET', '/deals', 'abc123', null))
    const event = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          type: member,
          httpMethod: fc.oneof(fc.constant('GET'), member),
          resource: fc.oneof(fc.constant('/deals'), member),
          multiValueHeaders: fc.oneof(
            fc.jsonValue(),
            fc.dictionary(
              fc.constantFrom('Authorization', 'authorization', 'x'),
              fc.oneof(member, fc.array(fc.string())),
            ),
          ),
          requestContext: fc.oneof(fc.constant({ apiId: 'abc123' }), member),
        },
        { requiredKeys: [] },
      ),
    )
    await fc.assert(
      fc.asyncProperty(event, async given => expectNo(door(given))),
      { numRuns: 500 },
    )
  })

  test('denies every garbled token', async () => {
    const { door } = openDoor()
    const good = await signToken(key)
    const flipped = fc
      .tuple(fc.nat(good.length - 1), fc.constantFrom(...'abcXYZ019-_.'))
      .map(([at, char]) => {
        const token = `${good.slice(0, at)}${char}${good.slice(at + 1)}`
        return token === good ? `${good}x` : token
      })
    await fc.assert(
      fc.asyncProperty(flipped, async token => {
        await expectNo(door(eventOf(`Bearer ${token}`)))
      }),
      { numRuns: 300 },
    )
  })
})
