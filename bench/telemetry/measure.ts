import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { createGate } from '../../functions/gate/pipeline.ts'
import { createAudit } from '../../functions/runtime/audit.ts'
import { createTelemetry, type Telemetry } from '../../functions/runtime/telemetry.ts'
import { type Handler, handled, linesOf } from '../pipeline/handled.ts'
import type { Task } from '../pipeline/typical-gate.ts'
import { typicalParts } from '../pipeline/typical-parts.ts'
import { typicalEvent } from '../pipeline/typical-request.ts'
import { interleaved } from '../statistics.ts'
import type { Samples, Subject } from './overhead.ts'

// A process of its own, since the functions write to standard output. Samples in microseconds go to descriptor 3.
const task = JSON.parse(process.argv[2] ?? '') as Task
const rounds = 300
const warmUp = 60
const batch = 25

const manifest = readGateManifest(JSON.parse(readFileSync(join(task.gate, 'manifest.json'), 'utf8')))
const { api, gate } = manifest
const key = Buffer.alloc(32, 7).toString('base64url')
const newEvent = typicalEvent(manifest)

const nothing = () => {}
/** Is told all the same. */
const off: Telemetry = {
  arrived: nothing,
  denied: nothing,
  stripped: nothing,
  upstreamAnswered: nothing,
  upstreamRetried: nothing,
  breakerChanged: nothing,
  storeAsked: nothing,
  storeWritten: nothing,
  storeFailed: nothing,
  limitUsed: nothing,
  uncounted: nothing,
  handled: nothing,
  authorized: nothing,
  keysUsed: nothing,
  trouble: nothing,
  keyFetchFailed: nothing,
  staleKeysUsed: nothing,
  fault: nothing,
}
let ready = ''
const telemetries: Readonly<Record<Subject, Telemetry>> = {
  off,
  write: { ...off, handled: () => process.stdout.write(ready) },
  metrics: createTelemetry({ api, gate, audit: null }),
  all: createTelemetry({ api, gate, audit: createAudit({ api, key }) }),
}
const gates = Object.fromEntries(
  await Promise.all(
    Object.entries(telemetries).map(async ([name, telemetry]) => [
      name,
      createGate(await typicalParts(manifest, task.gate, telemetry)),
    ]),
  ),
) as Record<Subject, unknown> as Record<Subject, Handler>

// Its first request also counts a cold start.
await linesOf(gates.all, newEvent)
ready = `${(await linesOf(gates.all, newEvent)).join('\n')}\n`
const whole = await interleaved(
  {
    off: handled(gates.off, newEvent, batch),
    write: handled(gates.write, newEvent, batch),
    metrics: handled(gates.metrics, newEvent, batch),
    all: handled(gates.all, newEvent, batch),
  },
  rounds,
  warmUp,
)
const [metrics = '', event = ''] = await linesOf(gates.all, newEvent)
const samples: Samples = { whole, lines: { metrics, event } }
writeFileSync(3, JSON.stringify(samples))
process.exit(0)
