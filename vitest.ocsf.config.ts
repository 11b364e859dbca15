import { defineConfig } from 'vitest/config'
import { entries } from './test/support/entries.ts'

/** Audit events against the schema they claim to follow, which a package of Python has: see test/ocsf/classes.ts. */
export default defineConfig({
  resolve: { alias: entries },
  test: {
    include: ['test/ocsf/**/*.test.ts'],
    globalSetup: 'test/ocsf/classes.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { CDK_VALIDATION: 'false' },
  },
})
