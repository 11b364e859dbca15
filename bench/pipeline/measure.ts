import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Context } from 'aws-lambda'
import { allow, settle } from '../../contract/decision.ts'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { createGate, type GateParts } from '../../functions/gate/pipeline.ts'
import { answerOf } from '../../functions/gate/upstreams/http/answered.ts'
import { askedOf } from '../../functions/gate/upstreams/http/asked.ts'
import { withstandFailures } from '../../functions/gate/upstreams/http/withstand-failures.ts'
import { systemClock } from '../../functions/runtime/clock.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import { memoryLimits } from '../../test/functions/gate/memory-limits.ts'
import { interleaved } from '../statistics.ts'
import { askUpstream } from './memory-upstream.ts'
import { middyPeer } from './middy-peer.ts'
import type { Samples, Task } from './pipeline.ts'
import { type StepTimes, timedSteps } from './timed-steps.ts'
import { typicalEvent } from './typical-request.ts'

// A process of its own, since the functions write to standard output. Samples in microseconds go to descriptor 3.
const task = JSON.parse(process.argv[2] ?? '') as Task
const rounds = 200
const warmUp = 60
/** Requests in one go: after a pause the first few find cold caches. */
const batch = 25

const manifest = readGateManifest(JSON.parse(readFileSync(join(task.gate, 'manifest.json'), 'utf8')))
const { upstream } = manifest
if (upstream.kind !== 'http') throw new Error('the typical upstream is another')
const telemetry = createTelemetry({ api: manifest.api, gate: manifest.gate, audit: null })
const { validators, outputs } = await import(pathToFileURL(join(task.gate, 'validators.mjs')).href)
const parts: GateParts = {
  manifest,
  validators,
  outputs,
  rules: {},
  limits: memoryLimits(manifest).limits,
  upstream: withstandFailures(upstream, {
    clock: systemClock,
    random: Math.random,
    pause: async () => {},
    telemetry,
  })(async request => {
    const { statusCode, headers, body } = await askUpstream(settle(askedOf(request, { kind: 'header' })))
    return allow(answerOf(statusCode, headers, body))
  }),
  telemetry,
  now: Date.now,
}

const newEvent = typicalEvent(manifest)
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 13_000 } as Context
type Handler = (event: never, context: Context) => Promise<{ statusCode: number; body: string }>
const [ours, middy] = [createGate(parts), middyPeer(manifest.gate, manifest.api)] as unknown as [
  Handler,
  Handler,
]
const { 'by step': byStep, ...whole } = await interleaved<keyof Samples['whole'] | 'by step', unknown>(
  { ours: handled(ours), middy: handled(middy), 'by step': inSteps(timedSteps(parts)) },
  rounds,
  warmUp,
)
const samples: Samples = {
  whole: whole as Samples['whole'],
  steps: byStep as Samples['steps'],
  logged: { ours: await logged(ours), middy: await logged(middy) },
}
writeFileSync(3, JSON.stringify(samples))
process.exit(0)

/** So many requests in one go: each timed, and the CPU time of all, whatever thread it was spent on. */
function handled(handler: Handler) {
  return async () => {
    const events = Array.from({ length: batch }, newEvent)
    const times: number[] = []
    const before = process.cpuUsage()
    for (const event of events) {
      const startedAt = performance.now()
      const answer = await handler(event as never, context)
      times.push((performance.now() - startedAt) * 1000)
      // A pipeline that refuses would be fast.
      if (answer.statusCode !== 200 || answer.body.length < 4000) throw new Error(String(answer.body))
    }
    const { user, system } = process.cpuUsage(before)
    return { times, cpu: (user + system) / batch }
  }
}

function inSteps(steps: ReturnType<typeof timedSteps>) {
  return async () => {
    const times: StepTimes[] = []
    for (const event of Array.from({ length: batch }, newEvent)) times.push(await steps(event, context))
    return times
  }
}

/** Bytes that one request writes to the log. */
async function logged(handler: Handler): Promise<number> {
  const { write } = process.stdout
  let bytes = 0
  process.stdout.write = (text: string | Uint8Array) => {
    bytes += Buffer.byteLength(text)
    return true
  }
  await handler(newEvent() as never, context)
  process.stdout.write = write
  return bytes
}
