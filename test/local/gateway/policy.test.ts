import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuthorizerResult } from '../../../local/gateway/authorizer-result.ts'
import { evaluatePolicy, MalformedResultError, readPolicy } from '../../../local/gateway/policy.ts'
import { createResultCache } from '../../../local/gateway/result-cache.ts'

const arn = 'arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/GET/deals/1'

function verdict(...statements: [effect: string, resource: unknown, action?: unknown][]) {
  const Statement = statements.map(([Effect, Resource, Action = 'execute-api:Invoke']) => ({
    Effect,
    Action,
    Resource,
  }))
  return evaluatePolicy(readPolicy({ Version: '2012-10-17', Statement }), arn)
}

describe('an authorizer policy (platform-facts §5.2)', () => {
  it.each([
    ['the exact ARN', arn],
    ['* across slashes', 'arn:aws:execute-api:eu-central-1:123456789012:abc123/*'],
    ['* in the middle', 'arn:aws:execute-api:*:abc123/prod/GET/*'],
    ['? for one character, also a slash', arn.replace('/deals', '?deals')],
    ['one of several', ['arn:other', arn]],
    ['*', '*'],
  ])('allows by %s', (_case, resource) => expect(verdict(['Allow', resource])).toBe('allowed'))

  it.each([
    ['a longer ARN', `${arn}/notes`],
    ['a shorter ARN', arn.slice(0, -1)],
    ['another method', arn.replace('GET', 'POST')],
    ['another case', arn.replace('deals', 'Deals')],
    ['? for nothing', `${arn}?`],
    ['a dot that is no wildcard', arn.replace('deals', 'd.als')],
  ])('denies implicitly by %s', (_case, resource) => {
    expect(verdict(['Allow', resource])).toBe('implicitly-denied')
  })

  it('lets a matching Deny win, wherever it stands', () => {
    expect(verdict(['Allow', '*'], ['Deny', arn])).toBe('explicitly-denied')
    expect(verdict(['Deny', arn], ['Allow', '*'])).toBe('explicitly-denied')
  })

  it('does not let a Deny of something else win', () => {
    expect(verdict(['Allow', '*'], ['Deny', `${arn}0`])).toBe('allowed')
  })

  it.each([
    ['execute-api:invoke', 'allowed'],
    ['execute-api:*', 'allowed'],
    [['s3:GetObject', 'execute-api:Invoke'], 'allowed'],
    ['execute-api:InvalidateCache', 'implicitly-denied'],
    ['lambda:Invoke', 'implicitly-denied'],
  ])('compares the action %j: %s', (action, expected) => {
    expect(verdict(['Allow', '*', action])).toBe(expected)
  })

  it('matches a hostile pattern in bounded time', () => {
    expect(verdict(['Allow', `${'*a'.repeat(250)}b`])).toBe('implicitly-denied')
  })

  it('matches as a regular expression with .* for * and . for ? would', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), minLength: 1, maxLength: 12 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 })
    fc.assert(
      fc.property(pattern, text, (resource, method) => {
        const policy = { statements: [{ effect: 'Allow' as const, actions: ['*'], resources: [resource] }] }
        const reference = new RegExp(`^${resource.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        const expected = reference.test(method) ? 'allowed' : 'implicitly-denied'
        expect(evaluatePolicy(policy, method)).toBe(expected)
      }),
    )
  })

  it('fails only as malformed, whatever JSON an authorizer returns', () => {
    fc.assert(
      fc.property(fc.jsonValue(), payload => {
        expect(() => readAuthorizerResult(payload)).toThrow(MalformedResultError)
        const statement = { Effect: 'Allow', Action: payload, Resource: payload }
        const policyDocument = { Version: '2012-10-17', Statement: [statement] }
        try {
          readAuthorizerResult({ principalId: 'a', policyDocument, context: payload })
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedResultError)
        }
      }),
    )
  })

  const statement = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }
  it.each([
    ['no version', { Statement: [statement] }],
    ['an unknown version', { Version: '2020-01-01', Statement: [statement] }],
    ['no statement', { Version: '2012-10-17' }],
    ['an empty statement list', { Version: '2012-10-17', Statement: [] }],
    ['an unknown effect', { Version: '2012-10-17', Statement: [{ ...statement, Effect: 'allow' }] }],
    ['a condition', { Version: '2012-10-17', Statement: [{ ...statement, Condition: {} }] }],
    ['NotResource', { Version: '2012-10-17', Statement: [{ ...statement, NotResource: '*' }] }],
    ['no action', { Version: '2012-10-17', Statement: [{ ...statement, Action: undefined }] }],
    [
      'a resource of 513 characters',
      { Version: '2012-10-17', Statement: [{ ...statement, Resource: 'a'.repeat(513) }] },
    ],
    ['a string', '{}'],
  ])('is malformed with %s', (_case, document) => {
    expect(() => readPolicy(document)).toThrow(MalformedResultError)
  })

  it('accepts a single statement and a resource of 512 characters', () => {
    const document = { Version: '2012-10-17', Statement: { ...statement, Resource: 'a'.repeat(512) } }
    expect(readPolicy(document).statements).toHaveLength(1)
  })
})

describe('the result cache', () => {
  it('never holds more than its maximum and gives up the oldest first', () => {
    const cache = createResultCache<number>({ ttlMs: 1000, maxEntries: 2, now: () => 0 })
    cache.set('a', 1)
    cache.set('b', 2)
    cache.set('a', 3)
    cache.set('c', 4)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([3, undefined, 4])
  })
})
