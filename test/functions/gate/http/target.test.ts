import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTestAuthority } from '../../../support/certificates.ts'
import { startTlsServer } from '../../../support/tls-server.ts'
import { leadLocally, openTestExchange, requestOf } from '../http-exchange.ts'

let server: Awaited<ReturnType<typeof startTlsServer>>
let authorities: string[]
const hosts: Array<string | undefined> = []
beforeAll(async () => {
  const authority = await createTestAuthority('Test CA')
  authorities = [authority.certificate]
  server = await startTlsServer(await authority.sign())
  server.answerWith((request, response) => {
    hosts.push(request.headers.host)
    response.writeHead(204).end()
  })
})
afterAll(() => server.close())
beforeEach(leadLocally)
afterEach(() => {
  vi.restoreAllMocks()
})

/** Parts of paths that someone, somewhere, reads as more than themselves. */
const part = fc.oneof(
  fc.constantFrom(
    '.',
    '..',
    '/',
    '\\',
    '//',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '%00',
    '@',
    ':',
    '?',
    '#',
    ';',
    '&',
  ),
  fc.constantFrom(
    'evil.example.com',
    'https:',
    '\u2024\u2024',
    '\uff0e',
    '\uff0f',
    ' ',
    '\r\n',
    '\t',
    'a',
    '~',
    '*',
  ),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
)
// A lone surrogate is no text that could be encoded; inputs are well-formed.
const value = fc
  .array(part, { minLength: 1, maxLength: 6 })
  .map(parts => parts.join(''))
  .filter(text => text.isWellFormed())

describe('whatever a path parameter holds', () => {
  test('the request goes to the declared host, below the declared base path, in its place of the template', async () => {
    const exchange = await openTestExchange(`https://crm.example.com:${server.port}/base/v1/`, {
      connection: { authorities },
    })
    await fc.assert(
      fc.asyncProperty(value, value, async (a, b) => {
        server.asked.length = 0
        const answering = exchange(requestOf('GET /deals/{a}/notes/{b}', { a, b }), 5000)
        if (['', '.', '..'].some(dots => a === dots || b === dots)) {
          await expect(answering).rejects.toThrow('no segment')
          expect(server.asked).toEqual([])
          return
        }
        const answer = await answering
        expect(answer).toMatchObject({ ok: true, value: { status: 204 } })
        const [line = ''] = server.asked
        expect(line).toMatch(/^GET \/base\/v1\/deals\/[^/?#\\]+\/notes\/[^/?#\\]+$/)
        const segments = line.slice(4).split('/').slice(1)
        expect([segments[3], segments[5]].map(segment => decodeURIComponent(segment ?? ''))).toEqual([a, b])
        // And as whoever reads it as a URL would, dots resolved.
        expect(new URL(line.slice(4), 'https://crm.example.com').pathname).toBe(line.slice(4))
        expect(hosts.at(-1)).toBe(`crm.example.com:${server.port}`)
      }),
      { numRuns: 150 },
    )
  })
})

test.each([
  'http://crm.example.com',
  'https://crm.example.com@evil.example.com',
  'https://crm.example.com/?tenant=a',
  'https://crm.example.com/#a',
])('a gate does not start before an upstream that is known only at deploy, and is at %s', async url => {
  await expect(openTestExchange(url)).rejects.toThrow('an https URL without user, query or fragment')
})
