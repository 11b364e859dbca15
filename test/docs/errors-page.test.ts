import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type ReasonCode, reasonOf, reasons } from '../../contract/reasons.ts'
import { errorsPage } from '../../tools/errors-page.ts'

test('docs/errors.md says what the reason table says (npm run docs makes it anew)', () => {
  expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorsPage())
})

test('every code a caller can see has the same status and text as the reasons behind it', () => {
  for (const code of Object.keys(reasons) as ReasonCode[]) {
    const { outside, status, detail } = reasonOf(code)
    expect(reasonOf(outside)).toMatchObject({ status, detail, outside })
  }
})
