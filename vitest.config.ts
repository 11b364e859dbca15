import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { entries } from './test/support/entries.ts'

export default defineConfig({
  resolve: { alias: entries },
  test: {
    // Of two processors vitest would use one; and most of these tests wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['test/**/*.test.ts'],
    // They need a browser, a network or Python, and have runs of their own: vitest.{browser,json-schema,deploy,ocsf}.config.ts.
    exclude: ['test/browser/**', 'test/json-schema/**', 'test/deploy/**', 'test/ocsf/**'],
    globalSetup: 'test/support/synthesized.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Templates are validated in one test of their own; elsewhere it would only take time.
    env: { CDK_VALIDATION: 'false' },
  },
})
