import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { entries } from './test/support/entries.ts'

const all = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  // Templates are validated in one test of their own; elsewhere it would only take time.
  env: { CDK_VALIDATION: 'false' },
}
// They need a browser, a network or Python, and have runs of their own: vitest.{browser,json-schema,deploy,ocsf}.config.ts.
const elsewhere = ['test/browser/**', 'test/json-schema/**', 'test/deploy/**', 'test/ocsf/**']
// Their files leave a process as they found it, and share one: to start it and load the CDK takes longer than most of them do.
const shared = [
  // It mocks a module that others have loaded.
  'test/{audit,checks,contract,controls,docs,functions,lib,local,observability,security,simulation,state}/**/!(missing-bundle).test.ts',
]

export default defineConfig({
  test: {
    // Of two processors vitest would use one; and most of these tests wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'test/support/synthesized.ts',
    projects: [
      {
        resolve: { alias: entries },
        test: { ...all, name: 'shared', include: shared, isolate: false },
      },
      {
        resolve: { alias: entries },
        test: {
          ...all,
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: [...elsewhere, ...shared],
        },
      },
    ],
  },
})
