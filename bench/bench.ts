import { parseArgs } from 'node:util'
import { addedLatency } from './added-latency.ts'
import { warmDecisions } from './decisions/warm-decisions.ts'
import type { Report } from './figure.ts'
import { loadTime } from './load/load-time.ts'
import { pipelineCost } from './pipeline/pipeline.ts'
import { printTable } from './print-table.ts'
import { type Stage, startStage } from './stage.ts'
import { storeCalls } from './store/store-calls.ts'
import { synth } from './synth/synth.ts'
import { telemetryCost } from './telemetry/overhead.ts'
import { tokenVerification } from './tokens/token-verification.ts'

// npm run bench -- [--json] [group …]. A missed goal is reported, not a failure: whether it matters is for people to say.
const groups: Readonly<Record<string, (stage: Stage) => Promise<Report>>> = {
  load: loadTime,
  decisions: warmDecisions,
  pipeline: pipelineCost,
  telemetry: telemetryCost,
  tokens: tokenVerification,
  latency: addedLatency,
  store: storeCalls,
  synth,
}

const { json, chosen } = readArguments()
if (!process.version.startsWith('v24.')) {
  process.stderr.write(
    `bench: this is Node ${process.version}; functions run on Node 24, so figures will differ\n`,
  )
}
const stage = await startStage()
try {
  // One after the other: they must not take time from each other.
  for (const name of chosen) {
    const report = await groups[name]?.(stage)
    if (!report) continue
    if (json) for (const figure of report.figures) process.stdout.write(`${JSON.stringify(figure)}\n`)
    else printTable(report)
  }
} finally {
  await stage.close()
}

function readArguments() {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const known = Object.keys(groups)
  const unknown = positionals.find(name => !known.includes(name))
  if (unknown !== undefined) {
    process.stderr.write(`bench: there is no group "${unknown}"; there are ${known.join(', ')}\n`)
    process.exit(1)
  }
  return { json: values.json, chosen: positionals.length > 0 ? positionals : known }
}
