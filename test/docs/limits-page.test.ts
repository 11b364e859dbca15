import { readFileSync } from 'node:fs'
import { Access, ClientAddress, Limit, Upstream } from 'sallyport'
import { expect, test } from 'vitest'
import { limitLayers } from '../../contract/limits.ts'
import { complaintOf, newApi, ok } from '../lib/support.ts'

const page = readFileSync('docs/limits.md', 'utf8')

/** The options that are there, as the complaint about an unknown one lists them. */
const optionsOf = (declare: (unknown: never) => unknown): string[] =>
  complaintOf(() => declare({ unknown: 1 } as never)).allowed.split(', ')

test('docs/limits.md has every layer in its table, in the order in which they are asked', () => {
  const table = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1])
  expect(table).toEqual([...limitLayers])
  for (const layer of limitLayers) expect(page).toContain(`| \`limit.${layer}\` |`)
})

test.each([
  ['limits of an API', () => optionsOf(limits => newApi({ limits }))],
  [
    'limits of a route',
    () => optionsOf(limits => newApi().addRoute('GET /a', { upstream: ok, access: Access.public(), limits })),
  ],
  ['a Limit', () => optionsOf(options => Limit.perMinute(1, options))],
  ['ClientAddress', () => optionsOf(options => ClientAddress.behindProxies(options))],
  ['an upstream', () => ['limit']],
])('docs/limits.md speaks of every option of %s', (_, find) => {
  const options = find()
  expect(options.length).toBeGreaterThan(0)
  for (const option of options) expect(page).toMatch(new RegExp(`\\b${option}\\b`))
})

test('an upstream has the option that docs/limits.md says it has', () => {
  const upstream = Upstream.http('https://a.example.com', { limit: Limit.perSecond(1) })
  expect(upstream.target).toMatchObject({ limit: { kind: 'all' } })
})
