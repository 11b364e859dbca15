import { fileURLToPath } from 'node:url'
import { Access, Issuer } from 'sallyport'
import { expect, test } from 'vitest'

const here = fileURLToPath(import.meta.url)

function stackOf(declare: () => unknown): string[] {
  try {
    declare()
  } catch (error) {
    return (error as Error).stack?.split('\n') ?? []
  }
  return []
}

test.each<[string, () => unknown]>([
  ['directly', () => Access.token({ scopes: [] })],
  ['in what the library calls', () => [[]].map(scopes => Access.token({ scopes }))],
  ['deep in the library', () => Issuer.google({ audience: [''], hostedDomain: null })],
])(
  'the stack of a wrong declaration is what is wrong, and the one line of it that is the caller’s: %s',
  (_, declare) => {
    const [first, allowed, fix, line, ...more] = stackOf(declare)
    expect(first).toMatch(/^DeclarationError: /)
    expect([allowed, fix]).toEqual([
      expect.stringMatching(/^ {2}allowed: /),
      expect.stringMatching(/^ {2}fix: {5}/),
    ])
    expect(line).toContain(here)
    expect(more).toEqual([])
  },
)
