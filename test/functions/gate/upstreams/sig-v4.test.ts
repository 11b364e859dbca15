import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodePairs } from '../../../../functions/gate/upstreams/bodies.ts'
import { targetOf } from '../../../../functions/gate/upstreams/http/asked.ts'
import type { Outgoing } from '../../../../functions/gate/upstreams/http/credentials/credentials.ts'
import { openSigV4 } from '../../../../functions/gate/upstreams/http/credentials/sig-v4.ts'
import { isSigned, type SignedRequest } from '../../../support/verify-sig-v4.ts'
import { nowMs } from '../parts.ts'
import { declaredRequest } from './declared-request.ts'

const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
}
const plain: Outgoing = { method: 'GET', path: '/live/deals', headers: { accept: '*/*' }, body: null }

async function signed(
  changes: Partial<Outgoing> = {},
  { service = 'execute-api', region = null as string | null, role = environment as NodeJS.ProcessEnv } = {},
) {
  const sign = await openSigV4(
    { kind: 'sigV4', service, region },
    'https://api.example.com:8443/base',
    role,
    () => nowMs,
  )
  return sign({ ...plain, ...changes }, declaredRequest(), 1000)
}

/** As a service receives it. */
async function received(...given: Parameters<typeof signed>): Promise<SignedRequest> {
  const outgoing = await signed(...given)
  if (!outgoing.ok) throw new Error(outgoing.reason)
  const { method, path, headers, body } = outgoing.value
  return { method, url: path, headers, body: body ?? '' }
}

test('the judge of these tests knows the signature that AWS publishes for its plainest example', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', authorization }
  const request = { method: 'GET', url: '/', headers, body: '' }
  expect(isSigned(request, secret)).toBe(true)
  expect(isSigned({ ...request, method: 'POST' }, secret)).toBe(false)
})

describe('a signed request', () => {
  test('names host, time, session and what it holds, and stands up to a check', async () => {
    const request = await received({ method: 'POST' as 'GET', body: '{"a":1}' })
    expect(request.headers).toMatchObject({
      accept: '*/*',
      host: 'api.example.com:8443',
      'x-amz-date': '20300317T174640Z',
      'x-amz-security-token': 'session',
      authorization: expect.stringContaining('/20300317/eu-west-1/execute-api/aws4_request'),
    })
    expect(isSigned(request, 'secret')).toBe(true)
  })

  test('is signed for the region that is declared', async () => {
    const { headers } = await received({}, { region: 'us-east-1' })
    expect(headers.authorization).toContain('/us-east-1/')
  })

  test('is another request with any change', async () => {
    const request = await received({ path: '/deals?limit=5', body: 'text' })
    const changes: Array<Partial<SignedRequest>> = [
      { method: 'DELETE' },
      { url: '/deals?limit=6' },
      { url: '/deal?limit=5' },
      { url: '/deals?limit=5&all=1' },
      { body: 'other' },
      { headers: { ...request.headers, host: 'other.example.com' } },
      { headers: { ...request.headers, accept: 'text/html' } },
      { headers: { ...request.headers, 'x-amz-date': '20300317T174641Z' } },
    ]
    for (const change of changes)
      expect([change, isSigned({ ...request, ...change }, 'secret')]).toEqual([change, false])
  })

  test('is refused where the function has no credentials', async () => {
    expect(await signed({}, { role: { AWS_REGION: 'eu-west-1' } })).toEqual({
      ok: false,
      reason: 'credentials.unavailable',
      note: 'Error',
    })
  })

  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  const odd = fc.oneof(
    word,
    fc.string({ unit: fc.constantFrom(...`!'()*+,;=:@&$ ~%/?#[]"é€`), minLength: 1, maxLength: 8 }),
  )
  // Of dots alone there is no segment.
  const oddSegment = odd.filter(text => !/^\.{0,2}$/.test(text))
  // Two names cannot be declared for such an upstream: lib/compile/parameters.ts, upstream-headers.ts.
  const name = fc
    .oneof(odd, fc.constantFrom('a', 'b'))
    .filter(text => !/^(?:x-amz-signature|__proto__)$/i.test(text))
  const query = fc.array(fc.tuple(name, odd), { maxLength: 5 })

  test.each(['execute-api', 's3'])(
    'for %s stands up to a check whatever its path, query and headers hold, and means what was declared',
    async service => {
      await fc.assert(
        fc.asyncProperty(oddSegment, query, fc.string({ maxLength: 20 }), async (segment, pairs, body) => {
          const target = targetOf({ key: 'GET /a,b:c/{id}', path: { id: segment }, query: pairs })
          const headers = { accept: '*/*', 'x-odd': '  two  words ' }
          const request = await received({ path: `/base${target}`, headers, body }, { service })
          expect(isSigned(request, 'secret')).toBe(true)
          const [path = '', sent = ''] = request.url.split('?')
          expect(path.split('/').map(decodeURIComponent)).toEqual(['', 'base', 'a,b:c', segment])
          expect(encodePairs([...new URLSearchParams(sent)])).toBe(encodePairs(pairs))
        }),
      )
    },
  )
})
