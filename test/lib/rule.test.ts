import { Access, Issuer } from 'sallyport'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { complaintOf, login, newApi, ok, synthesized } from './support.ts'

const key = 'GET /deals/{dealId}'
const input = {
  path: { dealId: z.uuid() },
  query: {
    limit: z.int().max(50),
    ratio: z.number(),
    open: z.boolean(),
    tags: z.array(z.string()),
    'page.size': z.int(),
    'deal-id': z.string(),
    offset: z.int().optional(),
    'page.from': z.int().optional(),
  },
  headers: { 'x-team': z.string().optional() },
}
const declare = (rule: string, issuers: readonly Issuer[] = [login], named?: readonly Issuer[]) =>
  newApi({ issuers }).addRoute(key, {
    upstream: ok,
    access: Access.token({ rule, ...(named && { issuers: named }) }),
    input,
  })

describe('a rule', () => {
  test.each([
    'query.limit <= 10',
    'query.ratio < 0.5',
    'query.open == true',
    'query.tags.all(tag, tag in claims.tags)',
    "query['page.size'] <= 50 && query['deal-id'] == path.dealId",
    "!('deal-id' in query)",
    "path.dealId.startsWith('0')",
    "source.ip.inRange('10.0.0.0/8') && claims.iss != 'https://other.example.com' && claims.a != '// ' && claims.b != \"//\"",
    'has(query.offset) && query.offset <= 100',
    "claims.plan == 'pro' ||\n    query.limit <= 10",
  ])('knows the types of the declared inputs: %s', rule => {
    expect(declare(rule).rule?.claims).toBeInstanceOf(Array)
  })

  test.each([
    ['claims.plan == ', 'Unexpected token: EOF'],
    ["query.limit <= '10'", 'no such overload: int <= string'],
    ['path.dealId == 1', 'no such overload: string == int'],
    ['query.cursor > 1', 'query has no "cursor"'],
    ['query.page.size > 1', 'query has no "page"'],
    ['query.deal-id == 1', 'query has no "deal"'],
    ["headers['x-team'] == 'a'", 'headers is not known'],
    ['body.amount > 1', 'body is not known'],
    ['query.limit', 'its result is int, not bool'],
    ['claims.admin', 'its result may be anything: compare it, for example with true'],
    [
      "claims.email.matches('.*')",
      'matches() is not available: there are startsWith, endsWith, contains, size, inRange, all, exists, exists_one',
    ],
    [
      "source.ip.inRange('10.0.0.1/8')",
      "\"10.0.0.1/8\" is no range such as '10.0.0.0/8' or '2001:db8::/32'; of one address: '10.0.0.1/32'",
    ],
    [
      'has(claims.banned.until)',
      "has() asks for one claim or parameter; of what is in it: 'until' in claims.banned",
    ],
  ])('that is wrong is refused with its route, what is wrong, and what it can speak of: %s', (rule, what) => {
    expect(complaintOf(() => declare(rule))).toEqual({
      at: `route "${key}" of S/Api access.rule`,
      given: `${what}, in ${rule.trim()}`,
      allowed: 'a condition in CEL over claims, path, query and source.ip',
      fix: what.startsWith('Unexpected')
        ? 'in CEL == compares, && and || join, ! negates, and texts stand in quotes'
        : "it can speak of claims.…, path.dealId, query.limit, query.ratio, query.open, query.tags, query['page.size'], query['deal-id'], query.offset, query['page.from'], source.ip",
    })
  })

  test.each([
    ['query.offset <= 100', 'query.offset', 'has(query.offset)'],
    ["claims.plan == 'pro' || query['page.from'] <= 100", "query['page.from']", "('page.from' in query)"],
  ])('does not read what may be left out without asking whether it was: %s', (rule, name, asked) => {
    expect(complaintOf(() => declare(rule))).toEqual({
      at: `route "${key}" of S/Api access.rule`,
      given: `${name}, which callers may leave out: then it cannot be evaluated, and denies, in ${rule}`,
      allowed: 'a condition in CEL over claims, path, query and source.ip',
      fix: `ask first: ${asked} && … to refuse them, !${asked} || … to let them through; or make the parameter required`,
    })
  })

  test.each([
    "source.ip.inRange('10.0.0.0/8') // the office",
    "// pro only\nclaims.plan == 'pro'",
    "claims.plan == 'pro' // , more than one factor\n || true",
    "claims.a == 'x' //",
    "claims.a == 'http://x' /// 'y'",
  ])('has no comment, which would look like a part of it where it is shown in one line: %s', rule => {
    expect(complaintOf(() => declare(rule))).toMatchObject({
      given: expect.stringMatching(/^a comment/),
      fix: 'write it in the code, above the rule',
    })
  })

  test('of several lines is shown in one, and a long one is cut', () => {
    expect(complaintOf(() => declare('claims.a ==\n\n   claims.b &&')).given).toBe(
      'Unexpected token: EOF, in claims.a == claims.b &&',
    )
    expect(complaintOf(() => declare(`claims.a == '${'x'.repeat(2000)}'`)).given.length).toBeLessThan(300)
  })

  test.each([
    'claims.sub == path.dealId',
    "claims.sub == 'admin-1'",
    'claims.uid == path.dealId',
    'path.dealId in claims.deals',
  ])('does not let one issuer speak for another: %s', rule => {
    const partner = Issuer.oidc('https://partner.example.com', {
      audience: 'https://api.example.com',
      algorithms: ['ES256'],
    })
    expect(complaintOf(() => declare(rule, [login, partner]))).toEqual({
      at: `route "${key}" of S/Api access.rule`,
      given: `callers by name, where 2 issuers name them, in ${rule}`,
      allowed: 'a condition in CEL over claims, path, query and source.ip',
      fix: 'compare claims.iss too, or name one issuer in access.issuers',
    })
    expect(declare(rule, [login, partner], [login]).key).toBe(key)
    expect(declare(`${rule} && claims.iss == 'https://login.example.com'`, [login, partner]).key).toBe(key)
  })

  test('has its claims carried by the first door, and is decided by the second', () => {
    const rule = "claims.plan == 'pro' && claims['custom:region'] == 'eu'"
    const { authorizer, gates } = synthesized(api =>
      api.addRoute(key, { upstream: ok, access: Access.token({ rule, mfa: true }), input }),
    )
    expect(authorizer?.manifest.routes[key]?.carried).toEqual(['amr', 'custom:region', 'plan'])
    expect(gates.map(({ manifest }) => manifest.routes[key]?.access)).toMatchObject([{ rule }])
  })
})
