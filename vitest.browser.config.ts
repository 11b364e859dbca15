import { defineConfig } from 'vitest/config'
import { entries } from './test/support/entries.ts'

/** Guarantees that only a real browser can show. They need one on the machine: see test/browser/chromium.ts. */
export default defineConfig({
  resolve: { alias: entries },
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: 'test/support/synthesized.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
    env: { CDK_VALIDATION: 'false' },
  },
})
