import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isAlive, preload } from './harness.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sallyport-parent-'))
  await writeFile(
    join(directory, 'index.mjs'),
    'setInterval(() => {}, 1000); export const handler = async () => process.pid',
  )
})
afterEach(() => rm(directory, { recursive: true }))

/** Starts a program that invokes a function once, prints the instance's process id, and then runs `after`. */
async function startParent(after: string) {
  const pool = new URL('../../../local/lambda/pool.ts', import.meta.url).href
  const program = `
    import { createFunctionPool } from ${JSON.stringify(pool)}
    const pool = createFunctionPool({ name: 'gate', arn: 'arn:aws:lambda:eu-west-1:111122223333:function:gate',
      codeDirectory: ${JSON.stringify(directory)}, timeoutMs: 5000, memoryMb: 128, environment: {}, log() {},
      network: { preload: ${JSON.stringify(preload)}, caFile: '', names: {} } })
    const { payload } = await pool.invoke({})
    console.log(payload)
    ${after}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, exited, instance: Number(line) }
}

describe('an idle instance', () => {
  it('does not keep the local cloud alive, and ends with it', async () => {
    const { exited, instance } = await startParent('')
    expect((await exited)[0]).toBe(0)
    await vi.waitUntil(() => !isAlive(instance), { timeout: 10_000 })
  })

  it('ends when the local cloud is killed', async () => {
    const { child, exited, instance } = await startParent('setInterval(() => {}, 1000)')
    expect(isAlive(instance)).toBe(true)
    child.kill('SIGKILL')
    await exited
    await vi.waitUntil(() => !isAlive(instance), { timeout: 10_000 })
  })

  it('is waited for by close, although nothing else keeps the program alive', async () => {
    const { exited } = await startParent('await pool.close(); process.exitCode = 7')
    expect((await exited)[0]).toBe(7)
  })
})
