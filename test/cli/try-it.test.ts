import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { commandIn } from '../../bin/self.ts'
import { examplesFor, type Surroundings } from '../../bin/try-it.ts'
import type { PlayedIssuer } from '../../local/issuer/issuers.ts'
import type { RouteSummary } from '../../local/routes.ts'

const route = (key: string, more: Partial<RouteSummary> = {}): RouteSummary => {
  const [method = '', path = ''] = key.split(' ')
  return {
    method,
    path,
    access: '',
    asks: [],
    limited: null,
    upstream: '',
    inputs: { path: [], query: [], headers: [], cookies: [], body: [] },
    needsInput: false,
    scopes: ['deals:read'],
    role: null,
    issuers: [0],
    needsMore: false,
    ...more,
  }
}
const login: PlayedIssuer = {
  issuer: 'https://login.example.com',
  origin: 'http://127.0.0.1:1',
  builtIn: true,
  audiences: ['api'],
  requiredClaims: [],
  ownClaims: [],
  scopesClaim: 'scope',
  rolesClaim: 'roles',
}
const cloud = (played: readonly string[], issuers: readonly PlayedIssuer[] = [login]): Surroundings => ({
  url: 'http://localhost:3000',
  issuers: { all: () => issuers } as Surroundings['issuers'],
  played: new Set(played),
  self: 'npx sallyport',
})
const token = '"Authorization: Bearer $(npx sallyport token --scope "deals:read")"'

describe('the first example', () => {
  test('is for a route whose upstream answers here, before one that is limited or declared earlier', () => {
    const routes = [
      route('GET /far', { limited: { text: '3 per minute per user', requests: 3 } }),
      route('GET /near'),
    ]
    expect(examplesFor(cloud(['GET /near']), routes)).toEqual([
      { comment: 'succeeds', command: `curl -i -H ${token} http://localhost:3000/near` },
      { comment: 'refused: no token', command: 'curl -i http://localhost:3000/near' },
    ])
  })

  test('does not claim success where nobody plays the upstream, and shows what is open before it', () => {
    const routes = [route('GET /far'), route('GET /health', { scopes: null })]
    expect(examplesFor(cloud(['GET /health']), routes).map(({ comment }) => comment)).toEqual([
      'open to anyone',
      'passes both doors; 502 until something plays the upstream',
      'refused: no token',
    ])
  })

  test('gives the token a role where one is asked for', () => {
    const [first] = examplesFor(cloud(['GET /a']), [route('GET /a', { role: 'key account' })])
    expect(first?.command).toContain(`token --scope "deals:read" --role 'key account')`)
  })

  test('is not for a route that would refuse it for lack of input', () => {
    const routes = [route('GET /a', { needsInput: true }), route('GET /b')]
    expect(examplesFor(cloud(['GET /a', 'GET /b']), routes)[0]?.command).toMatch(/\/b$/)
  })
})

describe('where every route wants more than a token', () => {
  test('the one example says what is left to add', () => {
    const routes = [
      route('POST /deals', { needsInput: true }),
      route('GET /deals/{dealId}', { needsInput: true, needsMore: true }),
    ]
    expect(examplesFor(cloud(['GET /deals/{dealId}']), routes)).toEqual([
      {
        comment: 'to try GET /deals/{dealId}; add its input, and what else its token must have: see above',
        command: `curl -g -i -H ${token} 'http://localhost:3000/deals/{dealId}'`,
      },
    ])
  })

  test('its method is part of the command', () => {
    const [only] = examplesFor(cloud([]), [route('POST /deals', { needsInput: true })])
    expect(only?.command).toBe(`curl -i -X POST -H ${token} http://localhost:3000/deals`)
  })

  test('and no issuer is played here, the token is left to the developer', () => {
    const pinned = { ...login, origin: null, builtIn: false }
    const [only] = examplesFor(cloud([], [pinned]), [route('GET /a', { needsMore: true })])
    expect(only).toEqual({
      comment:
        'to try GET /a, with a token of https://login.example.com in $TOKEN; add what else its token must have: see above',
      command: 'curl -i -H "Authorization: Bearer $TOKEN" http://localhost:3000/a',
    })
  })
})

test('without routes there is nothing to try', () => {
  expect(examplesFor(cloud([]), [])).toEqual([])
})

describe('the command, as it can be typed', () => {
  const script = resolve('bin/sallyport.ts')

  test('is npx’s where the package is installed', () => {
    expect(commandIn('/app', '/app/node_modules/sallyport/dist/bin/sallyport.js')).toBe('npx sallyport')
  })
  test('is short at the root of a checkout', () => {
    expect(commandIn(resolve('.'), script)).toBe('npx tsx bin/sallyport.ts')
  })
  test('is whole in any other folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    expect(commandIn(folder, script)).toBe(`${resolve('node_modules/.bin/tsx')} ${script}`)
  })
})
