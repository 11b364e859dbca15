import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { createGate } from '../../functions/gate/pipeline.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import { interleaved } from '../statistics.ts'
import { bytesOf, context, type Handler, handled, linesOf } from './handled.ts'
import { middyPeer } from './middy-peer.ts'
import type { Samples } from './pipeline.ts'
import { type StepTimes, timedSteps } from './timed-steps.ts'
import type { Task } from './typical-gate.ts'
import { typicalParts } from './typical-parts.ts'
import { typicalEvent } from './typical-request.ts'

// A process of its own, since the functions write to standard output. Samples in microseconds go to descriptor 3.
const task = JSON.parse(process.argv[2] ?? '') as Task
const rounds = 200
const warmUp = 60
/** Requests in one go: after a pause the first few find cold caches. */
const batch = 25

const manifest = readGateManifest(JSON.parse(readFileSync(join(task.gate, 'manifest.json'), 'utf8')))
const parts = await typicalParts(
  manifest,
  task.gate,
  createTelemetry({ api: manifest.api, gate: manifest.gate, audit: null }),
)

const newEvent = typicalEvent(manifest)
const [ours, middy] = [createGate(parts), middyPeer(manifest.gate, manifest.api)] as unknown as [
  Handler,
  Handler,
]
const { 'by step': byStep, ...whole } = await interleaved<keyof Samples['whole'] | 'by step', unknown>(
  {
    ours: handled(ours, newEvent, batch),
    middy: handled(middy, newEvent, batch),
    'by step': inSteps(timedSteps(parts)),
  },
  rounds,
  warmUp,
)
const samples: Samples = {
  whole: whole as Samples['whole'],
  steps: byStep as Samples['steps'],
  logged: { ours: bytesOf(await linesOf(ours, newEvent)), middy: bytesOf(await linesOf(middy, newEvent)) },
}
writeFileSync(3, JSON.stringify(samples))
process.exit(0)

function inSteps(steps: ReturnType<typeof timedSteps>) {
  return async () => {
    const times: StepTimes[] = []
    for (const event of Array.from({ length: batch }, newEvent)) times.push(await steps(event, context))
    return times
  }
}
