import { afterEach, expect, it, vi } from 'vitest'
import { withoutKnownNotices } from '../../../local/issuer/notices.ts'

const known = 'oidc-provider WARNING: Unsupported runtime. Use Node.js v22.x LTS'
afterEach(() => {
  vi.restoreAllMocks()
})

it('mutes the known notices of work that overlaps, and then leaves the console as it was', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const original = console.warn
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const works = [withoutKnownNotices(() => first.promise), withoutKnownNotices(() => second.promise)]
  // Whoever began first ends first: the other is still under way.
  first.resolve()
  await works[0]
  console.warn(known)
  console.warn('something else')
  second.resolve()
  await works[1]
  expect(console.warn).toBe(original)
  expect(warn.mock.calls).toEqual([['something else']])
  console.warn(known)
  expect(warn).toHaveBeenCalledTimes(2)
})
