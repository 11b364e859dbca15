import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { metricsPage } from '../../tools/metrics-page.ts'

test('docs/metrics.md says what the tables of metrics say (npm run docs makes it anew)', () => {
  expect(readFileSync('docs/metrics.md', 'utf8')).toBe(metricsPage())
})
