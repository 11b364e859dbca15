import { describe, expect, it, vi } from 'vitest'
import { complaintOf, newApi } from './support.ts'

vi.mock('node:fs', async importOriginal => ({
  ...(await importOriginal<typeof import('node:fs')>()),
  existsSync: (path: string) => !path.endsWith('index.mjs'),
}))

describe('a repository that was not built', () => {
  it('is told so, with the command that builds it', () => {
    expect(complaintOf(() => newApi())).toEqual({
      at: 'sallyport',
      given: 'no prebuilt bundle of the function "authorizer"',
      allowed: 'an installed package, or a repository that was built',
      fix: 'run: npm run build:functions',
    })
  })
})
