import { describe, expect, test } from 'vitest'
import { openKeySet } from '../../../../functions/gate/upstreams/key-set.ts'
import type { KmsKey, PublicJwk } from '../../../../functions/gate/upstreams/kms/keys.ts'
import { createTestClock } from '../limits/memory-store.ts'
import { declaredRequest } from './declared-request.ts'

const jwk = (kid: string): PublicJwk => ({
  kty: 'EC',
  crv: 'P-256',
  x: 'x',
  y: 'y',
  kid,
  use: 'sig',
  alg: 'ES256',
})

/** A key set over keys whose answers are told: an error by its name, else the key. */
async function open(answers: Record<string, string | undefined>) {
  const asked: string[] = []
  const notes: string[] = []
  const patience: number[] = []
  const key = (arn: string): KmsKey => ({
    publicKey: async withinMs => {
      asked.push(arn)
      patience.push(withinMs)
      const name = answers[arn]
      if (name !== undefined) throw Object.assign(new Error('a secret'), { name })
      return jwk(arn)
    },
    sign: async () => {
      throw new Error('a key set signs nothing')
    },
  })
  const declared = { kind: 'keySet', current: 'now', others: ['next', 'old'] } as const
  const clock = createTestClock()
  const upstream = await openKeySet(declared, {}, note => notes.push(note), { open: key, clock })
  const ask = (withinMs = 5000) => upstream(declaredRequest(), withinMs)
  return { asked, patience, notes, answers, clock, ask }
}

const kidsOf = (answer: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['ask']>>) =>
  answer.ok ? JSON.parse(String(answer.value.body)).keys.map(({ kid }: { kid: string }) => kid) : answer

describe('a key set', () => {
  test('is read while the function loads, and once: the key that signs comes first', async () => {
    const { ask, asked } = await open({})
    expect(asked).toEqual(['now', 'next', 'old'])
    expect([kidsOf(await ask()), kidsOf(await ask())]).toEqual([
      ['now', 'next', 'old'],
      ['now', 'next', 'old'],
    ])
    expect(asked).toHaveLength(3)
  })

  test.each(['DisabledException', 'KMSInvalidStateException', 'NotFoundException'])(
    'leaves out a key that was taken out of use (%s), and says so to operators',
    async name => {
      const { ask, notes } = await open({ old: name })
      expect(kidsOf(await ask())).toEqual(['now', 'next'])
      expect(notes).toEqual([`a key is not published: ${name}`])
    },
  )

  test.each([
    ['the key that signs is out of use', 'now', 'DisabledException'],
    ['a key may not be read', 'old', 'AccessDeniedException'],
    ['KMS is slow', 'next', 'TooLate'],
  ])('is not given out in part: where %s, it is refused until that is mended', async (_, arn, name) => {
    const { ask, answers, clock } = await open({ [arn]: name })
    expect(await ask()).toEqual({ ok: false, reason: 'credentials.unavailable', note: name })
    answers[arn] = undefined
    clock.advance(1000)
    expect(kidsOf(await ask())).toEqual(['now', 'next', 'old'])
  })

  test.each([
    [5000, 2000],
    [1999.6, 1999],
    [-0.5, 0],
  ])('waits for KMS no longer than is left of the request: of %d ms %d', async (leftMs, waitsMs) => {
    const { ask, answers, patience, clock } = await open({ now: 'TooLate' })
    answers.now = undefined
    clock.advance(1000)
    patience.splice(0)
    await ask(leftMs)
    expect(patience).toEqual([waitsMs, waitsMs, waitsMs])
  })

  test('that could not be read is read a second later, however many ask: the route is open to strangers', async () => {
    const { ask, asked, clock } = await open({ old: 'ThrottlingException' })
    clock.advance(999)
    for (let i = 0; i < 20; i += 1) expect(await ask()).toMatchObject({ note: 'ThrottlingException' })
    expect(asked).toHaveLength(3)
    clock.advance(1)
    await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(asked).toHaveLength(6)
  })
})
