import type { ServerResponse } from 'node:http'
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AuthorizerManifest } from '../../contract/authorizer-manifest.ts'
import { type ReasonCode, reasonOf } from '../../contract/reasons.ts'
import { createFirstDoor } from '../../functions/authorizer/first-door.ts'
import {
  createSigningKey,
  declaredIssuer,
  type SigningKey,
  startAuthority,
} from '../functions/authorizer/authority.ts'
import { openVerifier, testClock } from '../functions/authorizer/verifier.ts'
import { type Attack, attacks, createForge, needsKey } from './token-attacks.ts'

// Every attack in every state that keys, clocks and other issuers can be in. Over HTTP: tokens.test.ts.

const otherName = 'https://other.example.com'
const otherIssuer = {
  ...declaredIssuer,
  issuer: otherName,
  keys: { kind: 'uri', uri: `${otherName}/keys` },
} as const

let key: SigningKey
let stranger: SigningKey
/** Another issuer's key, of the same name. */
let otherKey: SigningKey
beforeAll(async () => {
  ;[key, stranger, otherKey] = await Promise.all([
    createSigningKey('key'),
    createSigningKey('stranger'),
    createSigningKey('key'),
  ])
})

async function openScene() {
  const [authority, other] = await Promise.all([startAuthority(key), startAuthority(otherKey)])
  const clock = testClock()
  const door = openVerifier({
    issuers: [declaredIssuer, otherIssuer],
    clock,
    fetch: ((uri: string, init: RequestInit) =>
      uri.startsWith(otherName)
        ? fetch(uri.replace(otherName, other.origin), init)
        : authority.fetch(uri, init)) as typeof fetch,
  })
  const access = {
    issuers: [0],
    scopes: [],
    anyScope: [],
    roles: [],
    claims: [],
    carried: [],
    viewers: [],
    fingerprint: 'f',
  }
  const manifest: AuthorizerManifest = {
    format: 'sallyport/authorizer@1',
    api: 'Api',
    stage: 'live',
    issuers: [],
    verifiedTtlSeconds: 300,
    audit: false,
    clientAddress: null,
    sharedOrigins: [],
    routes: { 'GET /deals': access },
  }
  const handler = createFirstDoor({
    ...door,
    manifest,
    arnPrefix: 'arn:aws:execute-api:eu-west-1:111122223333:',
  })
  const answer = async (headers: readonly string[]): Promise<string> => {
    const event = {
      httpMethod: 'GET',
      resource: '/deals',
      multiValueHeaders: { Authorization: [...headers] },
      requestContext: { apiId: 'abc123', extendedRequestId: 'id' },
    }
    const result = handler(event as unknown as APIGatewayRequestAuthorizerEvent)
    return result.then(
      ({ policyDocument }) => policyDocument.Statement[0]?.Effect ?? '',
      (error: Error) => error.message,
    )
  }
  const forge = () => createForge(key, stranger, clock.wall() / 1000)
  return {
    authority,
    clock,
    denials: door.denials,
    answer,
    forge,
    /** A genuine token of the issuer, or of the other one. */
    good: async (by: 'issuer' | 'other' = 'issuer') => {
      const { sign, claims } = await forge()
      const payload = by === 'issuer' ? claims : { ...claims, iss: otherName }
      return [`Bearer ${await sign({ payload, by: by === 'issuer' ? key : otherKey })}`]
    },
    close: () => Promise.all([authority.close(), other.close()]),
  }
}
type Scene = Awaited<ReturnType<typeof openScene>>

let scene: Scene
beforeEach(async () => {
  scene = await openScene()
})
afterEach(() => scene.close())

async function expectRefused(attack: Attack, reason: ReasonCode = attack.reason): Promise<void> {
  const asked = scene.authority.fetched.length
  const answer = await scene.answer(await attack.headers(await scene.forge()))
  // API Gateway makes one and the same 401 of the first, and a 503 of anything else.
  expect(answer).toBe(reasonOf(reason).status === 401 ? 'Unauthorized' : reason)
  expect(scene.denials.map(denial => denial.reason)).toEqual([reason])
  // Nothing a token says leads anywhere but to its issuer's keys, and there once.
  expect(scene.authority.fetched.slice(asked).filter(path => path !== '/keys')).toEqual([])
  expect(scene.authority.fetched.length - asked).toBeLessThanOrEqual(1)
}

const warmed = async () => expect(await scene.answer(await scene.good())).toBe('Allow')
const failing = (behaviour: (response: ServerResponse) => void) => async () => {
  await warmed()
  scene.authority.behave(behaviour)
  scene.clock.pass(1000) // from here on it would be asked for an unknown key
}

const troubles: Array<[what: string, behaviour: (response: ServerResponse) => void]> = [
  ['down', response => void response.destroy()],
  ['answering 500', response => void response.writeHead(500).end('{"keys":[]}')],
  ['redirecting', response => void response.writeHead(302, { location: '/elsewhere' }).end()],
  ['serving HTML', response => void response.writeHead(200).end('<!doctype html>')],
  ['serving 10 MB', response => void response.writeHead(200).end(Buffer.alloc(10_000_000, 0x20))],
  [
    'serving private keys',
    response => {
      const secret = { ...stranger.publicJwk, d: 'AAAA' }
      response.writeHead(200).end(JSON.stringify({ keys: [secret, key.publicJwk, stranger.publicJwk] }))
    },
  ],
  [
    'serving a symmetric key',
    response => {
      const secret = { kty: 'oct', k: 'AAAA', kid: 'stranger' }
      response.writeHead(200).end(JSON.stringify({ keys: [secret, key.publicJwk] }))
    },
  ],
]

const states: Array<[state: string, reach: () => Promise<unknown>]> = [
  ['cold', async () => {}],
  ['warm after a genuine token', warmed],
  [
    'warm, another issuer having a key of the same name',
    async () => {
      expect(await scene.answer(await scene.good('other'))).toBe('Deny') // not accepted on this route
      scene.denials.length = 0
      await warmed()
    },
  ],
  [
    'during a rotation, the next key being published and the last one withdrawn',
    async () => {
      await warmed()
      scene.authority.publish(await createSigningKey('next'), key)
      scene.clock.pass(600_000)
    },
  ],
  [
    'with a clock that jumped five minutes ahead',
    async () => {
      await warmed()
      scene.clock.freeze(300_000)
    },
  ],
  [
    'with a clock that was set back five minutes',
    async () => {
      await warmed()
      scene.clock.setBack(300_000)
    },
  ],
  ...troubles.map(([what, behaviour]): [string, () => Promise<unknown>] => [
    `warm, the key server ${what}`,
    failing(behaviour),
  ]),
  [
    'warm, with keys that should have been renewed, the key server down',
    async () => {
      await warmed()
      scene.authority.behave(response => void response.destroy())
      scene.clock.pass(20 * 60_000)
    },
  ],
]

describe.each(states)('%s', (_state, reach) => {
  test.each(attacks.map(attack => [attack.name, attack] as const))('%s is refused', async (_, attack) => {
    await reach()
    await expectRefused(attack)
  })
})

describe.each(troubles)('cold, the key server %s', (_what, behaviour) => {
  // Without keys nothing can be said of a signature: 503, not 401. What is wrong before that is wrong now too.
  test.each(attacks.map(attack => [attack.name, attack] as const))('%s is refused', async (_, attack) => {
    scene.authority.behave(behaviour)
    await expectRefused(attack, needsKey(attack) ? 'keys.unavailable' : attack.reason)
  })
})

describe('the key server sending a byte a second', () => {
  const slowly = (response: ServerResponse) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 1000)
    response.on('close', () => clearInterval(timer))
  }

  test('gets a genuine token 503 while there are no keys', async () => {
    scene.authority.behave(slowly)
    expect(await scene.answer(await scene.good())).toBe('keys.unavailable')
  })

  test('takes nothing from known keys, and every attack is refused', async () => {
    await failing(slowly)()
    const forge = await scene.forge()
    // All at once, since those with an unknown key wait for the one fetch.
    const answers = await Promise.all(
      attacks.map(async attack => [attack.name, await scene.answer(await attack.headers(forge))]),
    )
    expect(answers.filter(([, answer]) => answer !== 'Unauthorized')).toEqual([])
    expect(scene.denials).toHaveLength(attacks.length)
    expect(await scene.answer(await scene.good())).toBe('Allow')
    expect(scene.authority.fetched).toHaveLength(2)
  })
})

describe('at the same time as a genuine token', () => {
  test.each([
    ['cold', async () => {}],
    ['warm', warmed],
  ])('every attack is refused, and the token is not (%s)', async (_, reach) => {
    await reach()
    const forge = await scene.forge()
    const good = await scene.good()
    const answers = await Promise.all(
      attacks.flatMap(attack => [
        attack.headers(forge).then(async headers => `${attack.name}: ${await scene.answer(headers)}`),
        scene.answer(good),
      ]),
    )
    expect(answers.filter(answer => answer === 'Allow')).toHaveLength(attacks.length)
    expect(answers.filter(answer => answer.endsWith(': Allow'))).toEqual([])
  })
})

describe('where two issuers have a key of the same name', () => {
  test.each([
    ['cold', async () => {}],
    ["warm with the issuer's token", warmed],
    ["warm with the other's", async () => scene.answer(await scene.good('other'))],
  ])('neither can speak for the other (%s)', async (_, reach) => {
    await reach()
    const { sign, claims } = await scene.forge()
    scene.denials.length = 0
    expect(await scene.answer([`Bearer ${await sign({ by: otherKey })}`])).toBe('Unauthorized')
    const claimed = await sign({ payload: { ...claims, iss: otherName } })
    expect(await scene.answer([`Bearer ${claimed}`])).toBe('Unauthorized')
    expect(scene.denials.map(({ reason }) => reason)).toEqual([
      'token.signature_invalid',
      'token.signature_invalid',
    ])
  })

  test("one's trouble does not touch the other", async () => {
    scene.authority.behave(() => {}) // never answers
    const slow = scene.answer(await scene.good())
    expect(await scene.answer(await scene.good('other'))).toBe('Deny') // known, and not accepted on this route
    expect(scene.denials.map(({ reason }) => reason)).toEqual(['issuer.not_accepted'])
    expect(await slow).toBe('keys.unavailable')
  })
})

describe('an issuer whose clock is', () => {
  const verdict = async (skewSeconds: number, passSeconds: number) => {
    const { sign, claims, now } = await scene.forge()
    const issuedAt = now + skewSeconds
    const token = await sign({ payload: { ...claims, iat: issuedAt, exp: issuedAt + 600 } })
    scene.clock.pass(passSeconds * 1000)
    const answer = await scene.answer([`Bearer ${token}`])
    return answer === 'Allow' ? answer : scene.denials.at(-1)?.reason
  }

  test.each([
    [
      'five minutes ahead: refused a second before ours reaches its time of issue',
      300,
      299,
      'token.not_yet_valid',
    ],
    ['five minutes ahead: accepted when it does', 300, 300, 'Allow'],
    ['five minutes behind: accepted a second before its expiry by ours', -300, 299, 'Allow'],
    ['five minutes behind: refused at its expiry by ours', -300, 300, 'token.expired'],
  ])('%s', async (_, skew, pass, expected) => {
    expect(await verdict(skew, pass)).toBe(expected)
  })
})
