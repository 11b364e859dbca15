import { createHash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { readAuditEvent } from '../../contract/read-audit-event.ts'
import { isEvent, type Planted, runPlanted } from './planted/run.ts'
import { Secrets } from './planted/secrets.ts'
import { openName } from './planted/send.ts'

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
  ...['input.too_large', 'input.undeclared', 'limit.user', 'control.quarantined'],
  ...['keys.unavailable', 'store.unavailable'],
  ...['upstream.failed', 'upstream.invalid_response', 'upstream.unreachable'],
]

test('requests were let through, and refused in every area by both doors', () => {
  const { events } = planted
  expect(new Set(events.map(({ status_detail }) => status_detail))).toEqual(new Set([undefined, ...refusals]))
  expect(new Set(events.map(({ metadata }) => metadata.log_name))).toEqual(
    new Set(['authorizer', 'Inner', 'Certified', 'Nowhere', 'Storeless', 'Orders']),
  )
})

test('names of what is not declared are written where their route says so, and only there', () => {
  const named = planted.events.filter(({ unmapped }) => unmapped.stripped_names)
  expect(named.map(({ api }) => api.operation)).toEqual(['GET /named'])
  expect(named[0]?.unmapped.stripped_names).toContain(`query ${openName}`)
})

test('the events of each instance are one chain, as they stand in its log', () => {
  const events = planted.lines
    .filter(isEvent)
    .map(line => ({ line, event: readAuditEvent(JSON.parse(line)) }))
  const chains = Map.groupBy(events, ({ event }) => event.metadata.uid.replace(/-\d+$/, ''))
  expect(chains.size).toBeGreaterThan(5)
  for (const chain of chains.values()) {
    expect(chain.map(({ event }) => event.metadata.sequence)).toEqual(chain.map((_, i) => i + 1))
    expect(chain.map(({ event }) => event.unmapped.previous)).toEqual(
      ['', ...chain.map(({ line }) => createHash('sha256').update(line).digest('base64url'))].slice(0, -1),
    )
  }
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
