import { defineConfig } from 'vitest/config'

/** The official JSON Schema Test Suite, which is fetched: see test/json-schema/fetch-suite.ts. */
export default defineConfig({
  test: {
    include: ['test/json-schema/**/*.test.ts'],
    globalSetup: 'test/json-schema/fetch-suite.ts',
    testTimeout: 30_000,
  },
})
