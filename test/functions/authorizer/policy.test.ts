import { describe, expect, test } from 'vitest'
import { denyRoute, resourcesOf } from '../../../functions/authorizer/policy.ts'
import { matchesPattern } from '../../../local/gateway/policy.ts'

const prefix = 'arn:aws:execute-api:eu-west-1:111122223333:'
const resources = (route: string, apiId = 'abc123') => resourcesOf(prefix, { apiId }, 'live', route)
const permits = (route: string, methodAndPath: string) =>
  resources(route).some(pattern => matchesPattern(pattern, `${prefix}abc123/live/${methodAndPath}`))

describe('the policy of a route', () => {
  test('names its method and path, with and without a trailing slash', () => {
    expect(resources('GET /deals')).toEqual([
      `${prefix}abc123/live/GET/deals`,
      `${prefix}abc123/live/GET/deals/`,
    ])
  })

  test('has a wildcard for each path parameter and nowhere else', () => {
    expect(resources('GET /users/{userId}/deals')[0]).toBe(`${prefix}abc123/live/GET/users/*/deals`)
  })

  test.each(['GET/deals', 'GET/deals/'])('permits %s', path => {
    expect(permits('GET /deals', path)).toBe(true)
  })

  test.each(['POST/deals', 'GET/deals/1', 'GET/dealsX', 'GET/invoices', 'GET/', 'GET/DEALS'])(
    'does not permit %s',
    path => {
      expect(permits('GET /deals', path)).toBe(false)
    },
  )

  test.each([undefined, '', '*', 'abc/123', 'abc?', 'ABC', 'a'.repeat(33)])(
    'is never made for an API called %s',
    apiId => {
      expect(() =>
        resourcesOf(prefix, { ...(apiId !== undefined && { apiId }) }, 'live', 'GET /deals'),
      ).toThrow('the event names no API')
    },
  )
})

describe('a refusal', () => {
  test('says which scope is missing where it is for lack of scope', () => {
    expect(
      denyRoute([], 'scope.insufficient', { scopes: ['deals:read', 'deals:write'], anyScope: [] }).context,
    ).toEqual({
      reason: 'scope.insufficient',
      challenge: 'Bearer error="insufficient_scope", scope="deals:read deals:write"',
    })
  })

  test('asks for the first of several scopes where one is enough', () => {
    const access = { scopes: [], anyScope: ['deals:read', 'deals:admin'] }
    expect(denyRoute([], 'scope.insufficient', access).context.challenge).toBe(
      'Bearer error="insufficient_scope", scope="deals:read"',
    )
  })

  test('says nothing of scopes otherwise', () => {
    expect(denyRoute([], 'role.missing', { scopes: ['deals:read'], anyScope: [] }).context).toEqual({
      reason: 'role.missing',
    })
  })

  test('denies, and shows no subject in access logs', () => {
    const { principalId, policyDocument } = denyRoute(['arn'], 'role.missing', undefined)
    expect(principalId).toBe('caller')
    expect(policyDocument.Statement).toEqual([
      { Action: 'execute-api:Invoke', Effect: 'Deny', Resource: ['arn'] },
    ])
  })
})
