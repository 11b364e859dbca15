import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { allow } from '../../contract/decision.ts'
import { readGateManifest } from '../../contract/gate-manifest.ts'
import { createGate } from '../../functions/gate/pipeline.ts'
import { createTelemetry } from '../../functions/runtime/telemetry.ts'
import { memoryLimits } from '../../test/functions/gate/memory-limits.ts'
import { interleaved } from '../statistics.ts'
import type { Task } from './warm-decisions.ts'

// A process of its own, since the functions write to standard output. Samples in microseconds go to descriptor 3.
const task = JSON.parse(process.argv[2] ?? '') as Task
const rounds = 2000
const warmUp = 500

const authorizer = await loadAuthorizer()
const gate = await createDealsGate()
const keys = createLocalJWKSet(task.jwks)

const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 13_000 } as Context
let requests = 0
const samples = await interleaved(
  {
    jwtVerify: timed(() => jwtVerify(task.token, keys, task.expected)),
    'authorizer.allow': timed(async () =>
      check((await authorizer(task.allowed)).policyDocument.Statement, 'Allow'),
    ),
    'authorizer.deny': timed(() => authorizer(task.forged).then(accepted, () => undefined)),
    'gate.allow': timed(async () => {
      requests += 1
      // Below the route's limit: a new caller every 50 requests.
      const answer = await gate(ofCaller(task.admitted, `user-${Math.floor(requests / 50)}`), context)
      check(answer.statusCode, 200)
    }),
    'gate.deny': timed(async () => check((await gate(ofCaller(task.admitted), context)).statusCode, 403)),
  },
  rounds,
  warmUp,
)
writeSync(3, JSON.stringify(samples))
process.exit(0)

function timed(decide: () => Promise<unknown>) {
  return async () => {
    const startedAt = performance.now()
    await decide()
    return (performance.now() - startedAt) * 1000
  }
}

/** The deployed bundle. Its key set comes from memory: what is measured is deciding. */
async function loadAuthorizer() {
  globalThis.fetch = async url =>
    Response.json(
      String(url).endsWith('/openid-configuration')
        ? { issuer: task.expected.issuer, jwks_uri: `${task.expected.issuer}/jwks` }
        : task.jwks,
    )
  const { handler } = await import(pathToFileURL(join(task.authorizer, 'index.mjs')).href)
  return handler as (event: Task['allowed']) => Promise<{
    policyDocument: { Statement: unknown }
  }>
}

/** The pipeline with the deployed policy, before an upstream and a table that answer from memory. */
async function createDealsGate() {
  const manifest = readGateManifest(JSON.parse(readFileSync(join(task.gate, 'manifest.json'), 'utf8')))
  const { validators, outputs } = await import(pathToFileURL(join(task.gate, 'validators.mjs')).href)
  const answer = allow({ status: 200, headers: { 'content-type': ['application/json'] }, body: '[]' })
  const handler: unknown = createGate({
    manifest,
    validators,
    outputs,
    rules: {},
    limits: memoryLimits(manifest).limits,
    upstream: async () => answer,
    telemetry: createTelemetry({ api: manifest.api, gate: manifest.gate, audit: null }),
    now: Date.now,
  })
  return handler as (event: APIGatewayProxyEvent, context: Context) => Promise<{ statusCode: number }>
}

/** The event as this caller's; as one that never passed the first door where no caller is named. */
function ofCaller(event: Task['admitted'], subject?: string): APIGatewayProxyEvent {
  const authorizer = subject === undefined ? null : { ...event.requestContext.authorizer, subject }
  return {
    ...event,
    requestContext: { ...event.requestContext, authorizer },
  } as unknown as APIGatewayProxyEvent
}

function check(given: unknown, expected: unknown): void {
  if (!JSON.stringify(given).includes(String(expected))) {
    throw new Error(`expected ${expected}, not ${JSON.stringify(given)}`)
  }
}

function accepted(): never {
  throw new Error('a forged token was accepted')
}
