import { defineConfig } from 'vitest/config'
import { entries } from './test/support/entries.ts'

/** The tests of the state table once more, with another DynamoDB than dynalite: see test/state/dynamodb-local.ts. */
export default defineConfig({
  resolve: { alias: entries },
  test: {
    include: ['test/state/**/*.test.ts', 'test/controls/**/*.test.ts'],
    // What answers there is a server of the test's own.
    exclude: ['test/state/failures.test.ts'],
    globalSetup: 'test/state/dynamodb-local.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
