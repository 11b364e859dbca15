import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchSources } from '../../local/watch.ts'

let folder: string
let watcher: Awaited<ReturnType<typeof watchSources>>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'))
  mkdirSync(join(folder, 'lib'))
  for (const file of ['app.ts', 'app.log', 'lib/schema.sql']) writeFileSync(join(folder, file), '')
})
afterEach(async () => {
  await watcher.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Counts the calls that changes lead to; a change is over once nothing more came for several times the settling. */
async function watching(include: readonly string[] | undefined, others: readonly string[] = []) {
  let calls = 0
  watcher = await watchSources(
    folder,
    { include, exclude: [] },
    async () => {
      calls += 1
    },
    others,
  )
  return {
    afterWriting: async (file: string) => {
      const before = calls
      appendFileSync(join(folder, file), 'more')
      await vi.waitUntil(() => calls > before, { timeout: 600, interval: 10 }).catch(() => {})
      return calls - before
    },
    makeFolder: async (name: string) => {
      const before = calls
      mkdirSync(join(folder, name))
      await vi.waitUntil(() => calls > before, { timeout: 600, interval: 10 }).catch(() => {})
      return calls - before
    },
  }
}

it('without watch patterns only sources count: what an app writes into its folder changes nothing', async () => {
  const { afterWriting, makeFolder } = await watching(undefined)
  expect(await makeFolder('logs')).toBe(0)
  for (const file of ['app.log', 'logs/today.txt', 'state.sqlite', 'lib/schema.sql', 'README.md']) {
    expect(await afterWriting(file), file).toBe(0)
  }
  for (const file of ['app.ts', 'lib/new.mts', 'a.cts', 'a.js', 'a.mjs', 'a.cjs', 'lib/context.json']) {
    expect(await afterWriting(file), file).toBe(1)
  }
})

it('with watch patterns every file in their folders counts', async () => {
  const { afterWriting } = await watching(['lib/**'])
  expect(await afterWriting('lib/schema.sql')).toBe(1)
  expect(await afterWriting('app.ts')).toBe(0)
})

it('files that are read by other means count in neither case, as they are named from here', async () => {
  const [secret, another] = [join(folder, 'lib/gate.json'), join(folder, 'lib/gate-of-hr.json')]
  for (const include of [undefined, ['lib/**']]) {
    const { afterWriting } = await watching(include, [secret, relative(process.cwd(), another)])
    expect(await afterWriting('lib/gate.json')).toBe(0)
    expect(await afterWriting('lib/gate-of-hr.json')).toBe(0)
    expect(await afterWriting('lib/context.json')).toBe(1)
    if (include === undefined) await watcher.close()
  }
})

it('a folder that is written to counts in neither case, though it is made while the others are watched', async () => {
  const { makeFolder, afterWriting } = await watching(['**'], [join(folder, 'lib/delivered')])
  expect(await makeFolder('lib/delivered')).toBe(0)
  expect(await makeFolder('lib/delivered/today')).toBe(0)
  expect(await afterWriting('lib/delivered/today/events.json')).toBe(0)
  expect(await afterWriting('lib/context.json')).toBe(1)
})
