import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClientAddressManifest } from '../../../contract/client-address.ts'
import { createFirstDoor } from '../../../functions/authorizer/first-door.ts'
import {
  type Authority,
  createSigningKey,
  issuerName,
  type SigningKey,
  signToken,
  startAuthority,
} from './authority.ts'
import { openVerifier, testClock } from './verifier.ts'

let key: SigningKey
let authority: Authority
beforeAll(async () => {
  key = await createSigningKey('key')
  authority = await startAuthority(key)
})
afterAll(() => authority.close())

/** What the first door records of one request. */
async function recordedOf(
  authorization: string,
  method: 'GET' | 'POST' = 'GET',
  clientAddress: ClientAddressManifest | null = null,
) {
  const clock = testClock(Date.now())
  const { outcomes, keyAges, ...parts } = openVerifier({ fetch: authority.fetch, clock })
  const access = { issuers: [0], anyScope: [], roles: [], claims: [], carried: [], viewers: [] }
  const door = createFirstDoor({
    ...parts,
    manifest: {
      format: 'sallyport/authorizer@1',
      api: 'Api',
      stage: 'live',
      issuers: [],
      verifiedTtlSeconds: 300,
      audit: true,
      clientAddress,
      sharedOrigins: [],
      routes: {
        'GET /deals': { ...access, scopes: ['deals:read'], fingerprint: 'reading' },
        'POST /deals': { ...access, scopes: ['deals:write'], fingerprint: 'writing' },
      },
    },
    arnPrefix: 'arn:aws:execute-api:eu-west-1:111122223333:',
  })
  const event = {
    httpMethod: method,
    resource: '/deals',
    multiValueHeaders: {
      Authorization: [authorization],
      'X-Forwarded-For': ['198.51.100.1, 203.0.113.9, 192.0.2.1'],
    },
    requestContext: { apiId: 'abc123', extendedRequestId: 'id-1', identity: { sourceIp: '192.0.2.1' } },
  }
  await door(event as unknown as APIGatewayRequestAuthorizerEvent).catch(() => {})
  expect(outcomes).toHaveLength(1)
  return { ...outcomes[0], keyAges }
}

const decided = { requestId: 'id-1', sourceIp: '192.0.2.1' }

describe('the first door records', () => {
  test('no event for a yes, which is in the second door’s, but how old the keys were', async () => {
    const recorded = await recordedOf(`Bearer ${await signToken(key)}`)
    expect(recorded).toMatchObject({ route: 'GET /deals', status: 200, decided: null, keyAges: [0] })
  })

  test('of a verified token that may not use the route whose it is', async () => {
    const recorded = await recordedOf(`Bearer ${await signToken(key)}`, 'POST')
    expect(recorded).toMatchObject({
      route: 'POST /deals',
      status: 403,
      decided: {
        ...decided,
        method: 'POST',
        fingerprint: 'writing',
        principal: { issuer: issuerName, subject: 'user-1' },
      },
    })
  })

  test.each([
    ['whoever called API Gateway', null, '192.0.2.1'],
    [
      'whom its declared proxy names, and not what callers say',
      { from: ['192.0.2.0/24'], hops: 1 },
      '203.0.113.9',
    ],
    ['who is no declared proxy, itself', { from: ['192.0.3.0/24'], hops: 1 }, '192.0.2.1'],
  ])('the address of %s', async (_, clientAddress, sourceIp) => {
    expect(await recordedOf('Bearer a.b.c', 'GET', clientAddress)).toMatchObject({ decided: { sourceIp } })
  })

  test('nothing that a token says which is not verified', async () => {
    const stranger = await createSigningKey('key')
    const forged = await signToken(stranger, { claims: { sub: 'victim' } })
    const expired = await signToken(key, { claims: { sub: 'victim' } }, Date.now() - 3600_000 * 24)
    for (const token of [forged, expired, 'a.b.c']) {
      const recorded = await recordedOf(`Bearer ${token}`)
      expect(recorded).toMatchObject({
        status: 401,
        decided: { ...decided, method: 'GET', fingerprint: 'reading', principal: undefined },
      })
      expect(JSON.stringify(recorded)).not.toContain('victim')
    }
  })
})
