import fc from 'fast-check'
import { type Deny, deny, type FieldError } from '../../contract/decision.ts'
import { type ReasonCode, reasons } from '../../contract/reasons.ts'
import { methods } from '../../contract/route.ts'
import type { AuditFacts, AuditPrincipal } from '../../functions/runtime/audit.ts'

export const auditKey = 'a-key-of-the-audit-trail-for-tests'

/** One request that was let through. */
export const usualFacts: AuditFacts = {
  door: 'Crm',
  time: Date.UTC(2026, 0, 1),
  durationMs: 12,
  route: 'GET /deals/{dealId}',
  method: 'GET',
  requestId: 'aJI80ZHFC9xAk9I=',
  status: 200,
  denial: undefined,
  principal: { issuer: 'https://login.example.com', subject: 'user-1', client: 'web', tokenId: 'token-1' },
  sourceIp: '203.0.113.7',
  fingerprint: 'fBy7OmP9',
  upstreamMs: 9,
  stripped: [],
}

const text = fc.string({ unit: 'binary' })
const name = fc.oneof(
  fc.string(),
  text,
  fc.constantFrom('__proto__', '\u2028', '"', '\n', '{ $.class_uid = 6003 }'),
)
const field: fc.Arbitrary<FieldError> = fc.record({
  in: fc.constantFrom('path', 'query', 'header', 'cookie', 'body'),
  name: fc.oneof(
    name,
    name.map(member => `/${member}`),
  ),
  detail: text,
})
const denial: fc.Arbitrary<Deny> = fc
  .record({
    reason: fc.constantFrom(...(Object.keys(reasons) as ReasonCode[])),
    fields: fc.option(fc.array(field, { maxLength: 20 }), { nil: undefined }),
    note: fc.option(text, { nil: undefined }),
  })
  .map(({ reason, ...more }) => deny(reason, more))

export const principals: fc.Arbitrary<AuditPrincipal> = fc.record({
  issuer: fc.constantFrom('https://login.example.com', 'https://partners.example.com'),
  subject: fc.string({ unit: 'binary', minLength: 1 }),
  client: name,
  tokenId: name,
})

/** What a door could be led to say, also by whoever invokes its function past API Gateway. */
export const auditFacts: fc.Arbitrary<AuditFacts> = fc
  .record({
    door: fc.constantFrom('authorizer', 'Crm', 'Billing'),
    time: fc.integer({ min: 0, max: 2 ** 42 }),
    durationMs: fc.oneof(
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.constantFrom(Number.NaN, -1, 0.4, 1e12),
    ),
    route: fc.constantFrom('undeclared', 'GET /deals', 'PATCH /deals/{dealId}'),
    method: fc.oneof(fc.constantFrom(...methods), fc.constantFrom('OPTIONS', 'get', ''), name),
    requestId: name,
    denial: fc.option(denial, { nil: undefined }),
    principal: fc.option(principals, { nil: undefined }),
    sourceIp: fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      name,
      fc.constantFrom(
        '',
        '::ffff:203.0.113.7',
        'fe80::1%eth0',
        '::',
        '1.2.3',
        '01.2.3.4',
        '0000:000:000:000:000:0000:100.100.100.100',
      ),
    ),
    fingerprint: fc.constantFrom(undefined, 'fBy7OmP9'),
    upstreamMs: fc.option(fc.double({ noNaN: true, min: 0, max: 30_000 }), { nil: undefined }),
    stripped: fc.uniqueArray(
      fc.record({
        place: fc.constantFrom('query', 'header', 'cookie', 'body', 'output'),
        count: fc.nat(),
        names: fc.option(fc.array(name, { maxLength: 20 }), { nil: undefined }),
      }),
      { selector: ({ place }) => place },
    ),
    status: fc.constantFrom(200, 201, 204, 303, 399, 400, 404, 500),
  })
  .map(facts => ({ ...facts, status: facts.denial ? reasons[facts.denial.reason].status : facts.status }))
