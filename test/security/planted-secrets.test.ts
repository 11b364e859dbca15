import { beforeAll, expect, test } from 'vitest'
import { type Planted, runPlanted } from './planted/run.ts'
import { Secrets } from './planted/secrets.ts'

let planted: Planted
beforeAll(async () => {
  planted = await runPlanted()
})

test('a secret is found in whichever form it was written', () => {
  const secrets = new Secrets()
  const word = secrets.make('a word')
  const shown = [1, 2, 3].flatMap(more =>
    ['base64', 'base64url', 'hex'].map(form =>
      Buffer.from(`${'a'.repeat(more)}${word}bc`).toString(form as 'hex'),
    ),
  )
  for (const text of [word, word.toUpperCase(), encodeURIComponent(word), ...shown])
    expect(secrets.foundIn(`x${text}y`)).not.toEqual([])
  expect(secrets.foundIn(word.slice(1))).toEqual([])
})

const refusals = [
  ...['token.expired', 'token.issuer_unknown', 'token.key_unknown', 'token.malformed'],
  ...['token.signature_invalid', 'token.type_not_allowed', 'claim.audience_mismatch'],
  ...['scope.insufficient', 'role.missing', 'claim.not_allowed', 'claim.path_mismatch'],
  ...['rule.failed', 'rule.not_met', 'principal.unusable', 'authentication.insufficient'],
  ...['input.ambiguous', 'input.invalid', 'input.malformed', 'input.media_type', 'input.not_acceptable'],
  ...['input.too_large', 'input.undeclared', 'limit.user', 'store.unavailable'],
  ...['upstream.failed', 'upstream.invalid_response', 'upstream.unreachable'],
]

test('requests were let through, and refused in every area by both doors', () => {
  const { events } = planted
  expect(new Set(events.map(({ status_detail }) => status_detail))).toEqual(new Set([undefined, ...refusals]))
  expect(new Set(events.map(({ metadata }) => metadata.log_name))).toEqual(
    new Set(['authorizer', 'Inner', 'Certified', 'Nowhere', 'Storeless', 'Orders']),
  )
})

test('no secret is in any line that a function writes', () => {
  expect(planted.secrets.foundIn(planted.lines.join('\n'))).toEqual([])
})

test('no secret is in the access log', () => {
  expect(planted.secrets.foundIn(planted.accessLog.join('\n'))).toEqual([])
})

test('no secret is in the state table', () => {
  expect(planted.secrets.foundIn(planted.stored)).toEqual([])
})
