import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context } from 'aws-lambda'
import { allow } from '../../contract/decision.ts'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { createCounters } from '../../functions/gate/limits/counters.ts'
import { createGate, type GateParts } from '../../functions/gate/pipeline.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import { createMemoryStore } from '../decisions/memory-store.ts'
import { interleaved } from '../statistics.ts'
import { passingPeer, readingPeer } from './middy-peer.ts'
import type { Samples, Task } from './pipeline.ts'
import { type StepTimes, timedSteps } from './timed-steps.ts'
import { answered, typicalEvent } from './typical-request.ts'

// A process of its own, since the functions write to standard output. Samples in microseconds go to descriptor 3.
const task = JSON.parse(process.argv[2] ?? '') as Task
const rounds = 200
const warmUp = 60
/** Requests in one go: after a pause the first few find cold caches. */
const batch = 25

const manifest = readGateManifest(JSON.parse(readFileSync(join(task.gate, 'manifest.json'), 'utf8')))
const { validators, outputs } = await import(pathToFileURL(join(task.gate, 'validators.mjs')).href)
const bytes = Buffer.from(answered)
const headers = { 'content-type': ['application/json'], date: ['x'], etag: ['"1"'], server: ['x'] }
const parts: GateParts = {
  manifest,
  validators,
  outputs,
  rules: {},
  counters: createCounters(createMemoryStore(), Date.now),
  upstream: async () => allow({ status: 200, headers, body: bytes }),
  telemetry: createTelemetry(manifest.gate, manifest.api),
  now: Date.now,
}

const newEvent = typicalEvent(manifest)
const context = { awsRequestId: 'bench' } as Context
type Handler = (event: never, context: Context) => Promise<{ statusCode: number; body: string }>
const [ours, passing, reading] = [createGate(parts), passingPeer(), readingPeer()] as unknown as Handler[]
const steps = timedSteps(parts)

const subjects = { ours: handled(ours), middy: handled(passing), 'middy.answers': handled(reading) }
const { 'by step': byStep, ...whole } = await interleaved<keyof typeof subjects | 'by step', unknown>(
  { ...subjects, 'by step': inSteps },
  rounds,
  warmUp,
)
const samples: Samples = {
  whole: whole as unknown as Samples['whole'],
  steps: byStep as unknown as Samples['steps'],
}
writeFileSync(3, JSON.stringify(samples))
process.exit(0)

/** So many requests in one go: each timed, and the CPU time of all, whatever thread it was spent on. */
function handled(handler: Handler | undefined) {
  return async () => {
    const events = Array.from({ length: batch }, newEvent)
    const times: number[] = []
    const before = process.cpuUsage()
    for (const event of events) {
      const startedAt = performance.now()
      const answer = await handler?.(event as never, context)
      times.push((performance.now() - startedAt) * 1000)
      // A pipeline that refuses would be fast.
      if (answer?.statusCode !== 200 || answer.body.length < 4000) throw new Error(String(answer?.body))
    }
    const { user, system } = process.cpuUsage(before)
    return { times, cpu: (user + system) / batch }
  }
}

async function inSteps() {
  const events = Array.from({ length: batch }, newEvent)
  const times: StepTimes[] = []
  for (const event of events) times.push(await steps(event, context))
  return times
}
