import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Deployments by the real CDK CLI into moto, an emulator of AWS written in Python: see test/deploy/emulator.ts. */
export default defineConfig({
  resolve: { alias: { sallyport: fileURLToPath(new URL('lib/index.ts', import.meta.url)) } },
  test: {
    include: ['test/deploy/**/*.test.ts'],
    globalSetup: 'test/deploy/install.ts',
    // The CLI builds the functions each time, into one place.
    fileParallelism: false,
    // Each step stands on the one before it.
    bail: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
