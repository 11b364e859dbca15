import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deny, type FieldError } from '../../../contract/decision.ts'
import { readAuditEvent } from '../../../contract/read-audit-event.ts'
import { type AuditFacts, createAudit } from '../../../functions/runtime/audit.ts'
import { auditFacts, auditKey, principals, usualFacts } from '../../support/audit-facts.ts'

const open = (key: string | undefined = auditKey) => createAudit({ api: 'Api', key })
const eventOf = (more: Partial<AuditFacts> = {}) =>
  readAuditEvent(JSON.parse(open().line({ ...usualFacts, ...more })))
const instanceOf = (line: string): string =>
  readAuditEvent(JSON.parse(line)).metadata.uid.replace(/-\d+$/, '')
const pseudonym = (name: string): string =>
  createHmac('sha256', auditKey).update(name).digest().subarray(0, 16).toString('base64url')

describe('the events of an instance', () => {
  test('are numbered from 1 without a gap, and each holds the hash of the line before, whatever they say', () => {
    fc.assert(
      fc.property(fc.array(auditFacts, { maxLength: 8 }), all => {
        const audit = open()
        const lines = all.map(audit.line)
        const events = lines.map(line => readAuditEvent(JSON.parse(line)))
        expect(events.map(({ metadata }) => metadata.sequence)).toEqual(all.map((_, i) => i + 1))
        expect(events.map(({ unmapped }) => unmapped.previous)).toEqual(
          ['', ...lines.map(line => createHash('sha256').update(line).digest('base64url'))].slice(0, -1),
        )
        expect(new Set(lines.map(instanceOf)).size).toBe(Math.min(1, lines.length))
        // Two would be read where one was written.
        for (const line of lines) expect(line).not.toMatch(/[\r\n]/)
      }),
    )
  })

  test('are of no other instance', () => {
    const audits = Array.from({ length: 1000 }, () => open())
    const ids = audits.map(audit => instanceOf(audit.line(usualFacts)))
    expect(new Set(ids).size).toBe(1000)
  })

  test('have no gap where a line could not be made', () => {
    const audit = open()
    const unreadable = Object.defineProperty({ ...usualFacts }, 'stripped', {
      get: () => {
        throw new Error('a fault')
      },
    })
    audit.line(usualFacts)
    expect(() => audit.line(unreadable)).toThrow('a fault')
    expect(readAuditEvent(JSON.parse(audit.line(usualFacts))).metadata.sequence).toBe(2)
  })
})

describe('a caller', () => {
  test('is an HMAC of issuer and subject, and so is the token of issuer and id', () => {
    expect(eventOf().actor).toEqual({
      app_name: 'web',
      user: { uid: pseudonym('https://login.example.com\0user-1'), type_id: 1 },
      session: { uid: pseudonym('https://login.example.com\0token-1'), issuer: 'https://login.example.com' },
    })
  })

  test('is known again by the same key only, and never taken for another', () => {
    fc.assert(
      fc.property(principals, principals, (one, other) => {
        const audit = open()
        const uidOf = (principal: typeof one, by = audit) =>
          readAuditEvent(JSON.parse(by.line({ ...usualFacts, principal }))).actor.user.uid
        expect(uidOf(one)).toBe(uidOf(one, open()))
        expect(uidOf(one)).not.toBe(uidOf(one, open(`${auditKey}x`)))
        const same = one.issuer === other.issuer && one.subject === other.subject
        expect(uidOf(one) === uidOf(other)).toBe(same)
      }),
    )
  })

  test('is the same when thousands of others came in between', () => {
    const audit = open()
    const uidOf = (subject: string) => {
      const principal = { issuer: 'https://login.example.com', subject, client: '', tokenId: '' }
      return readAuditEvent(JSON.parse(audit.line({ ...usualFacts, principal }))).actor.user.uid
    }
    const first = uidOf('user-1')
    for (let i = 0; i < 2500; i += 1)
      audit.line({ ...usualFacts, principal: { ...usualPrincipal, subject: `other-${i}` } })
    expect(uidOf('user-1')).toBe(first)
  })

  test('without a token that is one is nobody', () => {
    expect(eventOf({ principal: undefined }).actor).toEqual({ user: { name: 'anonymous', type_id: 0 } })
  })

  test.each([
    ['an IPv4 address', '203.0.113.7', { ip: '203.0.113.7' }],
    ['an IPv6 address', '2001:db8::7', { ip: '2001:db8::7' }],
    ['one longer than OCSF takes', '0000:000:000:000:000:0000:100.100.100.100', { ip: '::6464:6464' }],
    ['none', '', { name: 'unknown' }],
    ['words in place of one', 'secret', { name: 'unknown' }],
    ['words behind one', 'fe80::1%secret', { name: 'unknown' }],
  ])('with %s is from there, or from nowhere', (_, sourceIp, source) => {
    expect(eventOf({ sourceIp }).src_endpoint).toEqual(source)
  })
})

const usualPrincipal = { issuer: 'https://login.example.com', subject: 'user-1', client: '', tokenId: '' }

describe('a refusal', () => {
  test.each([
    ['the caller can mend', deny('input.invalid'), 400, 2],
    ['somebody else has to mend', deny('upstream.timeout'), 504, 3],
    ['somebody is woken for', deny('gateway.fault'), 500, 4],
  ])('that %s has its reason and weight', (_, denial, status, severity) => {
    expect(eventOf({ denial, status })).toMatchObject({
      status_detail: denial.reason,
      status_id: 2,
      status_code: String(status),
      action_id: 2,
      disposition_id: 2,
      severity_id: severity,
    })
  })

  test("is not an upstream's own 404, which is a failure that was let through", () => {
    const event = eventOf({ status: 404 })
    expect(event).toMatchObject({ status_id: 2, action_id: 1, disposition_id: 1, severity_id: 1 })
    expect(event).not.toHaveProperty('status_detail')
  })

  const labels = { members: { labels: { others: {} }, lines: { items: { members: { sku: {} } } } } }
  const json = {
    kind: 'json',
    types: ['application/json'],
    required: true,
    maxBytes: 1,
    projection: labels,
  } as const
  const form = { kind: 'form', types: [], required: true, maxBytes: 1, fields: [] } as const
  const at = (place: FieldError['in'], name: string): FieldError => ({ in: place, name, detail: 'secret' })
  test.each<[string, AuditFacts['body'], FieldError[], string[]]>([
    ['a parameter', null, [at('query', 'limit'), at('cookie', 'c')], ['query limit', 'cookie c']],
    ['a member', json, [at('body', '/lines/3/sku')], ['body /lines/*/sku']],
    ['a member of a map', json, [at('body', '/labels/secret')], ['body /labels/*']],
    ['a member that is not declared', json, [at('body', '/secret')], ['body /*']],
    ['a body as a whole', json, [at('body', '')], ['body']],
    ['a field of a form', form, [at('body', '/title')], ['body /title']],
    ['a member, by a door that does not know what is declared', undefined, [at('body', '/secret')], ['body']],
  ])('of %s names it as it is declared, and nothing as it was sent', (_, body, fields, refused) => {
    const { unmapped } = eventOf({ denial: deny('input.invalid', { fields }), status: 400, body })
    expect(unmapped.refused).toEqual(refused)
  })

  test('of what is not declared names its place only', () => {
    const fields = [at('query', 'secret'), at('query', 'secret-2'), at('body', '/secret')]
    const { unmapped } = eventOf({ denial: deny('input.undeclared', { fields }), status: 400, body: json })
    expect(unmapped.refused).toEqual(['query', 'body'])
  })

  test('does not tell its note or the words of its fields', () => {
    const denial = deny('claim.path_mismatch', { note: 'secret', fields: [at('path', 'dealId')] })
    expect(JSON.stringify(eventOf({ denial, status: 403 }))).not.toContain('secret')
  })
})

test.each([
  ['GET', 2, 'Read'],
  ['HEAD', 2, 'Read'],
  ['POST', 1, 'Create'],
  ['PUT', 3, 'Update'],
  ['PATCH', 3, 'Update'],
  ['DELETE', 4, 'Delete'],
])('%s is an activity of the class', (method, id, name) => {
  expect(eventOf({ method })).toMatchObject({
    activity_id: id,
    activity_name: name,
    type_uid: 600_300 + id,
    http_request: { http_method: method },
  })
})

test('a method that nobody can declare is not repeated', () => {
  expect(eventOf({ method: 'secret' })).toMatchObject({ activity_id: 99, http_request: {} })
})

test('what was left behind is counted by place, and named where it came with names', () => {
  const stripped = [
    { place: 'query', count: 2, names: ['debug', 'v'] } as const,
    { place: 'header', count: 1 } as const,
  ]
  expect(eventOf({ stripped }).unmapped).toMatchObject({
    stripped: { query: 2, header: 1 },
    stripped_names: ['query debug', 'query v'],
  })
})

test.each([
  ['none', ''],
  ['one that can be guessed', 'a'.repeat(31)],
  ['a reference that was deployed as it is written', `{{resolve:secretsmanager:${'a'.repeat(32)}}}`],
])('no trail is opened with a key that is %s', (_, key) => {
  expect(() => open(key)).toThrow('AUDIT_KEY')
})
