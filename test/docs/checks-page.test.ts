import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checksPage } from '../../tools/checks-page.ts'

test('docs/checks.md says what the rules say (npm run docs makes it anew)', () => {
  expect(readFileSync('docs/checks.md', 'utf8')).toBe(checksPage())
})
