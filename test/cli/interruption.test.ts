import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import {
  appOf,
  createProject,
  descendantsOf,
  health,
  nothingIsLeft,
  type Project,
  removeProjects,
  run,
  start,
  startDev,
} from './support.ts'

afterAll(removeProjects)

/** An app whose synthesis says that it has begun, starts a process of its own, and does not end. */
function endless(): { project: Project; begun: () => Promise<boolean> } {
  const project = createProject('')
  project.write('child.mjs', 'setInterval(() => {}, 1000)')
  project.write(
    'endless.mjs',
    `import { spawn } from 'node:child_process'
     import { writeFileSync } from 'node:fs'
     const child = spawn(process.execPath, [${JSON.stringify(join(project.folder, 'child.mjs'))}])
     child.once('spawn', () => writeFileSync('begun', ''))
     setInterval(() => {}, 1000)`,
  )
  project.write('cdk.json', JSON.stringify({ app: run(`"${join(project.folder, 'endless.mjs')}"`) }))
  return {
    project,
    begun: () =>
      vi.waitUntil(() => existsSync(join(project.folder, 'begun')), { timeout: 20_000, interval: 20 }),
  }
}

describe.concurrent('a command that is interrupted', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`leaves nothing behind: dev while it serves, by ${signal}`, async () => {
      const project = createProject(appOf(health))
      const dev = await startDev(project, '--logs')
      // Now a function runs in a process of its own.
      expect((await dev.get('/health')).status, dev.said.err).toBe(200)
      const started = descendantsOf(dev.pid)
      expect(started.length).toBeGreaterThan(0)
      expect(project.leftTemporary()).not.toEqual([])
      dev.signal(signal)
      expect(await dev.ended()).toBe(0)
      await nothingIsLeft(project, started)
      expect(dev.said.err).not.toMatch(/✗|Error:|^\s+at /m)
    })
  }

  it('leaves nothing behind: dev while the app is synthesized for the first time', async () => {
    const { project, begun } = endless()
    const dev = start(project, 'dev', '--port', '0')
    await begun()
    const started = descendantsOf(dev.pid)
    dev.signal('SIGINT')
    expect(await dev.ended()).toBe(0)
    await nothingIsLeft(project, started)
    expect(dev.said).toEqual({ out: '', err: '' })
  })

  it('leaves nothing behind: routes while the app is synthesized', async () => {
    const { project, begun } = endless()
    const command = start(project, 'routes')
    await begun()
    const started = descendantsOf(command.pid)
    command.signal('SIGINT')
    expect(await command.ended()).toBe(1)
    await nothingIsLeft(project, started)
    expect(command.said).toEqual({ out: '', err: '✗ interrupted\n' })
  })

  it('leaves nothing behind: dev while a change is synthesized', async () => {
    const { project, begun } = endless()
    project.write('cdk.json', JSON.stringify({ app: run('app.ts') }))
    project.write('app.ts', appOf(health))
    const dev = await startDev(project)
    project.write('app.ts', "await import('./endless.mjs')")
    await begun()
    const started = descendantsOf(dev.pid)
    dev.signal('SIGINT')
    expect(await dev.ended()).toBe(0)
    await nothingIsLeft(project, started)
  })
})
