import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalFunction } from '../../local/template/app.ts'
import { runChild } from '../child-process.ts'
import { authorizerEvent, dealsEvent, healthEvent } from '../events.ts'
import { type Figure, figure, type Report } from '../figure.ts'
import type { Stage } from '../stage.ts'
import { interleaved, median } from '../statistics.ts'
import { bundleNaively } from './naive.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const preload = file('../../local/network/preload.mjs')
const rounds = 15

interface Times {
  readonly loadMs: number
  readonly untilAnsweredMs: number
}

/**
 * How long a function takes to load, in fresh processes of this Node: the folder that would be uploaded, against the
 * same libraries bundled naively; until it is ready or asks the network for something, whichever comes first. And until its
 * first answer, with keys, table and upstream on this machine over TLS, since what is not loaded at first may only be
 * loaded later.
 */
export async function loadTime(stage: Stage): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  try {
    const naive = await bundleNaively(folder)
    const { authorizer, crm, stubs } = stage
    const token = await stage.token()
    const doors = [
      {
        name: 'authorizer',
        fn: authorizer,
        naive: naive.authorizer,
        event: authorizerEvent(token),
        goal: 0.6,
      },
      { name: 'gate.http', fn: crm, naive: naive.gate, event: dealsEvent(crm), goal: 0.7 },
      { name: 'gate.stub', fn: stubs, naive: naive.stub, event: healthEvent, goal: 0.7 },
    ]
    const run = (fn: LocalFunction, code: string, event?: unknown) => () =>
      inFreshProcess(code, stage.environmentOf(fn), event)

    const samples = await interleaved(
      Object.fromEntries([
        ['empty', async () => (await run(stubs, file('empty.mjs'))()).loadMs],
        ...doors.flatMap(({ name, fn, naive, event }) => {
          const ours = join(fn.folder, 'index.mjs')
          return [
            [`load.${name}`, async () => (await run(fn, ours)()).loadMs],
            [`load.${name}.naive`, async () => (await run(fn, naive)()).loadMs],
            [`first.${name}`, async () => (await run(fn, ours, event)()).untilAnsweredMs],
            [`first.${name}.naive`, async () => (await run(fn, naive, event)()).untilAnsweredMs],
          ]
        }),
      ]) as Record<string, () => Promise<number>>,
      rounds,
      1,
    )
    const of = (name: string) => median(samples[name] ?? [])
    const figures = doors.flatMap(({ name, goal }): Figure[] => [
      figure(`load.${name}`, of(`load.${name}`), 'ms', {
        baseline: of(`load.${name}.naive`),
        goal: { of: 'ratio', atMost: goal },
      }),
      figure(`load-and-first-request.${name}`, of(`first.${name}`), 'ms', {
        baseline: of(`first.${name}.naive`),
      }),
    ])
    return {
      title: 'Load time',
      baseline: 'the same libraries, bundled with the defaults of NodejsFunction',
      figures: [figure('load.empty', of('empty'), 'ms'), ...figures],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function inFreshProcess(
  code: string,
  environment: Record<string, string>,
  event?: unknown,
): Promise<Times> {
  if (event !== undefined) {
    return (await runChild(
      ['--require', preload, file('child.mjs'), code, JSON.stringify(event)],
      environment,
    )) as Times
  }
  // Only a first request needs the local network; without one nothing runs before the function's own code.
  const { NODE_EXTRA_CA_CERTS: _, SALLYPORT_LOCAL_NAMES: __, ...own } = environment
  return (await runChild([file('child.mjs'), code], own)) as Times
}
