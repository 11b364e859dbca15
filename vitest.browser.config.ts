import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Guarantees that only a real browser can show. They need one on the machine: see test/browser/chromium.ts. */
export default defineConfig({
  resolve: { alias: { sallyport: fileURLToPath(new URL('lib/index.ts', import.meta.url)) } },
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    env: { CDK_VALIDATION: 'false' },
  },
})
