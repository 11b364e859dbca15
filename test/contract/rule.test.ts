import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRule } from '../../contract/rule.ts'
import type { RuleValues } from '../../contract/rule-values.ts'
import { RuleError } from '../../contract/rule-words.ts'

const one = (name: string, wire: 'string' | 'integer' | 'number' | 'boolean' = 'string') => ({
  name,
  wire,
  many: false,
  required: false,
})
const inputs = {
  path: [one('dealId'), one('year', 'integer'), one('in')],
  query: [
    one('limit', 'integer'),
    one('ratio', 'number'),
    one('open', 'boolean'),
    { ...one('tags'), many: true },
    { ...one('ids', 'integer'), many: true },
    one('page.size', 'integer'),
    one('constructor'),
  ],
}
const values = (given: Partial<RuleValues> = {}): RuleValues => ({
  claims: {},
  path: {},
  query: {},
  source: { ip: '192.0.2.1' },
  ...given,
})
const holds = (text: string, given: Partial<RuleValues> = {}) => readRule(text, inputs).holds(values(given))
/** `undefined`: it cannot be evaluated. */
const decided = (text: string, given: Partial<RuleValues> = {}): boolean | undefined => {
  const rule = readRule(text, inputs)
  try {
    return rule.holds(values(given))
  } catch {
    return undefined
  }
}

describe('a rule', () => {
  test.each<[string, Partial<RuleValues>]>([
    [
      "claims.plan == 'pro' && path.dealId.startsWith('eu-')",
      { claims: { plan: 'pro' }, path: { dealId: 'eu-1' } },
    ],
    ["claims['custom:plan'] == 'pro'", { claims: { 'custom:plan': 'pro' } }],
    ["'custom:plan' in claims", { claims: { 'custom:plan': 0 } }],
    ["claims.address.country == 'DE'", { claims: { address: { country: 'DE' } } }],
    ["'beta' in claims.groups", { claims: { groups: ['alpha', 'beta'] } }],
    ["claims.groups[1] == 'beta'", { claims: { groups: ['alpha', 'beta'] } }],
    ['claims.level >= 3', { claims: { level: 3 } }],
    ['claims.level == 3', { claims: { level: 3 } }],
    ['claims.email_verified == true', { claims: { email_verified: true } }],
    ["path.dealId == claims.sub + ':' + '1'", { claims: { sub: 'ü' }, path: { dealId: 'ü:1' } }],
    ['path.year == 2030 && query.limit <= 10', { path: { year: 2030 }, query: { limit: 10 } }],
    ["path['in'] == 'a'", { path: { in: 'a' } }],
    ['query.ratio < 0.5 && query.open', { query: { ratio: 0.25, open: true } }],
    ['query.tags.all(tag, tag in claims.tags)', { claims: { tags: ['a', 'b'] }, query: { tags: ['b'] } }],
    ['query.ids.exists(id, id == 7)', { query: { ids: [7] } }],
    ["query['page.size'] == 5", { query: { 'page.size': 5 } }],
    ["!('page.size' in query) && !has(query.limit)", {}],
    ['size(claims.groups) == 2 && claims.groups.size() == 2', { claims: { groups: ['a', 'b'] } }],
    ["source.ip.inRange('192.0.2.0/24')", {}],
    ["claims.office.inRange('192.0.2.0/24')", { claims: { office: '192.0.2.9' } }],
    ["has(claims.plan) ? claims.plan == 'pro' : true", {}],
  ])('speaks of claims, path, query and source address: %s', (text, given) => {
    expect(holds(text, given)).toBe(true)
  })

  test('names the claims it needs, each once', () => {
    const rule = "has(claims.b) && claims['x:y'] == claims.a.b && claims.a.c == 1 && 'd' in claims"
    expect(readRule(rule, inputs).claims).toEqual(['a', 'b', 'd', 'x:y'])
  })

  test('holds nothing of one request for the next', () => {
    const text = "claims.a.exists(x, x == path.dealId) || query.tags.all(t, t == claims.b) && claims.c == 'd'"
    const kept = readRule(text, inputs)
    const word = fc.constantFrom('a', 'b', 'd', 1)
    const given = fc.record({
      claims: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(word, fc.array(word))),
      path: fc.record({ dealId: fc.constantFrom('a', 'b') }),
      query: fc.record({ tags: fc.array(fc.constantFrom('a', 'b', 'd')) }),
    })
    const decide = (rule: typeof kept, of: Partial<RuleValues>) => {
      try {
        return rule.holds(values(of))
      } catch {
        return undefined
      }
    }
    fc.assert(
      fc.property(fc.array(given), requests => {
        for (const request of requests)
          expect(decide(kept, request)).toBe(decide(readRule(text, inputs), request))
      }),
    )
  })
})

describe('what cannot be evaluated is neither yes nor no:', () => {
  test.each<[string, Partial<RuleValues>]>([
    ["claims.plan == 'pro'", {}],
    ["claims.plan != 'free'", {}],
    ["!(claims.plan == 'free')", {}],
    ['claims.admin && true', { claims: { admin: 'true' } }],
    ['claims.admin ? true : true', { claims: { admin: 1 } }],
    ["!('admin' in claims.roles)", { claims: { roles: 'admin' } }],
    ["!claims.name.startsWith('a')", { claims: { name: ['b'] } }],
    ["claims.groups.all(g, g != 'x')", { claims: { groups: 'abc' } }],
    ["claims.groups.all(g, g.startsWith('a'))", { claims: { groups: ['ab', 7] } }],
    ["claims.groups[2] == 'a'", { claims: { groups: ['a', 'a'] } }],
    ["claims.groups['length'] == 2", { claims: { groups: ['a', 'a'] } }],
    ['claims.groups.length == 2', { claims: { groups: ['a', 'a'] } }],
    ["claims.address.country != 'US'", { claims: { address: {} } }],
    ['query.limit <= 10', {}],
    ['!(query.limit > 10)', {}],
    ['path.year / query.limit > 0', { path: { year: 1 }, query: { limit: 0 } }],
    ["!source.ip.inRange('10.0.0.0/8')", { source: { ip: '' } }],
    ["!source.ip.inRange('10.0.0.0/8')", { source: { ip: 'test-invoke-source-ip' } }],
    ["source.ip != '10.0.0.1'", { source: { ip: '' } }],
    ["!claims.office.inRange('10.0.0.0/8')", { claims: { office: 'home' } }],
  ])('%s of %j', (text, given) => {
    expect(decided(text, given)).toBeUndefined()
  })

  // CEL again: a rule that should hold for texts only says `==`, or asks of what is there.
  test.each([7, true, null, ['free'], { free: true }])('a claim of another type is unequal: %j', plan => {
    expect(decided("claims.plan == 'free'", { claims: { plan } })).toBe(false)
    expect(decided("claims.plan != 'free'", { claims: { plan } })).toBe(true)
    expect(decided("claims.plan < 'free'", { claims: { plan } })).toBeUndefined()
  })

  // The library's has() of a member of something that is no map says no; CEL has no answer, and a rule may ask for that no.
  test.each(['forever', true, 5, ['until'], null])('presence in what is no map is no answer: %j', banned => {
    expect(decided("!('until' in claims.banned)", { claims: { banned } })).not.toBe(
      Array.isArray(banned) ? undefined : true,
    )
    expect(() => readRule('!has(claims.banned.until)', inputs)).toThrow('has() asks for one claim')
  })

  // The logic of CEL: whatever the failed side would have said, the answer is the same.
  test('an error beside || or && counts only where the other side does not decide', () => {
    const failing = "claims.absent == 'x'"
    expect(decided(`${failing} || 1 == 1`)).toBe(true)
    expect(decided(`1 == 1 || ${failing}`)).toBe(true)
    expect(decided(`${failing} && 1 == 2`)).toBe(false)
    expect(decided(`${failing} || 1 == 2`)).toBeUndefined()
    expect(decided(`${failing} && 1 == 1`)).toBeUndefined()
    expect(decided(`!(${failing} || 1 == 2)`)).toBeUndefined()
  })
})

describe('members that every object inherits', () => {
  const inherited = ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf', '__defineGetter__']

  test.each(inherited)('are no claims: %s', name => {
    expect(decided(`'${name}' in claims`)).toBe(false)
    expect(decided(`claims['${name}'] != 'x'`)).toBeUndefined()
    expect(decided(`claims.a['${name}'] != 'x'`, { claims: { a: {} } })).toBeUndefined()
  })

  test.each(inherited)('are claims where a token has them: %s', name => {
    const claims = JSON.parse(`{"${name}":"x","a":{"${name}":"x"}}`)
    expect(holds(`claims['${name}'] == 'x' && claims.a['${name}'] == 'x'`, { claims })).toBe(true)
  })

  test('are no query parameters where one of that name is declared and was not sent', () => {
    expect(holds('!has(query.constructor)')).toBe(true)
    expect(holds("query.constructor == 'x'", { query: { constructor: 'x' } })).toBe(true)
  })

  test('make no two objects equal', () => {
    const claims = JSON.parse('{"a":{"__proto__":{}},"b":{"c":1}}')
    expect(holds('claims.a == claims.b', { claims })).toBe(false)
  })
})

describe('a rule is refused', () => {
  test.each([
    ['', /Unexpected token/],
    ["claims.plan == 'pro", /Unterminated string/],
    ["claims.plan = 'pro'", /Unexpected character/],
    ['claims.admin', /its result may be anything/],
    ['query.limit', /its result is int, not bool/],
    ["'yes'", /its result is string, not bool/],
    ["query.limit <= '10'", /no such overload: int <= string/],
    ['query.ratio == 1', /no such overload: double == int/],
    ['query.tags.exists(t, t == 1)', /no such overload/],
    ["plan == 'pro'", /plan is not known/],
    ["Claims.plan == 'pro'", /Claims is not known/],
    ['path.deal == 1', /path has no "deal"/],
    ['query.page.size == 1', /query has no "page"/],
    ["'page' in query", /query has no "page"/],
    ["query.toString == 'x'", /query has no "toString"/],
    ["path['__proto__'] == 'x'", /path has no "__proto__"/],
    ['source.port == 1', /source has no "port"/],
    ['string == string', /string is not known/],
    ['google.protobuf == claims.a', /google is not known/],
  ])('that is no yes or no of what is declared: %s', (text, message) => {
    expect(() => readRule(text, inputs)).toThrow(RuleError)
    expect(() => readRule(text, inputs)).toThrow(message)
  })

  test.each([
    'claims == claims',
    'size(claims) > 2',
    "claims.exists(name, name == 'admin')",
    'claims[path.dealId] == true',
    "claims['is_' + path.dealId] == true",
    'claims.name in claims',
    'query[claims.a] == 1',
    'path.dealId in path',
    'claims.a.exists(x, x in query)',
    'claims[0] == 1',
  ])('that could speak of anything: %s', text => {
    expect(() => readRule(text, inputs)).toThrow(/as a whole/)
  })

  test.each([
    "path.dealId.matches('^(a+)+$')",
    'claims.a.matches(claims.b)',
    "claims.email.lowerAscii() == 'kim@example.com'",
    "claims.a.upperAscii() == 'A'",
    "claims.a.trim() == 'a'",
    'int(claims.a) == 0',
    "string(claims.a) == 'x'",
    'dyn(1) == 1',
    'type(claims.a) == 1',
    "timestamp('2030-01-01T00:00:00Z') > timestamp('2029-01-01T00:00:00Z')",
    "duration('1h') > duration('1m')",
    "claims.a.split(',').size() == 1",
    "claims.a.join(',') == 'a'",
    "bytes('{}').json() == claims.a",
    'claims.a.map(x, x)[0] == 1',
    'claims.a.filter(x, x == 1).size() == 1',
    'cel.bind(all, claims, all.a == 1)',
    "claims.a.constructor('return 1')() == 1",
    "claims.a == {'a': 1}",
    "claims.a == b'x'",
    'claims.a == 1u',
  ])('that needs more than the few words there are: %s', text => {
    expect(() => readRule(text, inputs)).toThrow(RuleError)
  })

  test.each([
    ['claims.a.all(x, claims.b.exists(y, x == y))', /inside another one/],
    ['claims.a.all(claims, claims.b == 1)', /which has a meaning/],
    ['source.ip.inRange(claims.range)', /written out/],
    ["source.ip.inRange('10.0.0.0')", /is no range/],
    [`${'('.repeat(60)}true${')'.repeat(60)}`, /maxDepth/],
    [`query.limit in [${Array.from({ length: 101 }, (_, i) => i).join(',')}]`, /maxListElements/],
    [`${'true&&'.repeat(150)}true`, /maxAstNodes/],
  ])('whose cost or meaning a caller could choose: %s', (text, message) => {
    expect(() => readRule(text, inputs)).toThrow(message)
  })

  test('from 1001 characters, and not with 1000', () => {
    const rule = (length: number) => `claims.a == '${'x'.repeat(length - 14)}'`
    expect(rule(1000)).toHaveLength(1000)
    expect(readRule(rule(1000), inputs).claims).toEqual(['a'])
    expect(() => readRule(rule(1001), inputs)).toThrow(/longer than 1000/)
  })

  test('or read, whatever it is: no other error ever comes of it', () => {
    const piece = fc.constantFrom(
      ...['claims', 'path', 'query', 'source', 'ip', '.', '[', ']', "'a'", '(', ')', '{', '}', ',', ':', '?'],
      ...[
        '==',
        '&&',
        '||',
        '!',
        '-',
        '+',
        'in',
        'has',
        'all',
        'x',
        '1',
        '1u',
        "b'x'",
        '1.5',
        'null',
        ' ',
        '//',
      ],
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 15 }).map(pieces => pieces.join('')),
    )
    fc.assert(
      fc.property(text, given => {
        try {
          expect(readRule(given, inputs).claims).toBeInstanceOf(Array)
        } catch (error) {
          expect(error).toBeInstanceOf(RuleError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
