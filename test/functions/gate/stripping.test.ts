import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GateRoute, Projection } from '../../../contract/gate-manifest.ts'
import { Findings } from '../../../functions/gate/inputs/findings.ts'
import { project } from '../../../functions/gate/inputs/projection.ts'
import { type RouteValidators, validateCandidate } from '../../../functions/gate/inputs/validation.ts'
import { bodyManifest } from '../../../lib/compile/body.ts'
import { compileInput, inputValidators } from '../../../lib/compile/inputs.ts'
import { validatorsModule } from '../../../lib/compile/validators.ts'
import type { JsonSchema } from '../../../lib/declare/schema.ts'
import { bodySchema, closed, valueFor } from './generated-schemas.ts'
import { assembleGate, emptyInput, eventOf, manifest } from './parts.ts'

const key = 'PUT /users/{userId}'
let folder: string
let written = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-stripping-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A route with this body, compiled as at synth, its validators loaded as at run time. */
async function declare(schema: JsonSchema, undeclared: 'strip' | 'reject' = 'strip') {
  const compiled = compileInput('here', { body: schema, undeclared }, [])
  if (compiled.body?.kind !== 'json') throw new Error('no JSON')
  const runtime = pathToFileURL(resolve('dist/functions/gate/validation-runtime.mjs')).href
  const file = join(folder, `${written++}.mjs`)
  const code = validatorsModule({ validators: { [key]: inputValidators(compiled) } })
  writeFileSync(file, code.replace('./validation-runtime.mjs', runtime))
  const module = await import(/* @vite-ignore */ pathToFileURL(file).href)
  const validators: RouteValidators = module.validators[key]
  const { projection } = compiled.body
  const input = { ...emptyInput, undeclared, body: bodyManifest(compiled.body, 1_000_000) }
  return {
    input,
    validators: module.validators as Record<string, RouteValidators>,
    projection,
    /** What is wrong with a body that was stripped. */
    judge: (body: unknown) => {
      const findings = new Findings()
      const candidate = { path: {}, query: {}, headers: {}, cookies: {}, body }
      validateCandidate(input, candidate, validators, findings)
      return findings.invalidity?.fields ?? []
    },
  }
}

const oracle = (schema: JsonSchema) =>
  new Ajv2020({ strict: false, ownProperties: true }).compile(closed(schema))

/** Whether one JSON value holds nothing that the other does not hold in the same place. */
function isSubset(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return Object.is(part, whole)
  if (typeof whole !== 'object' || whole === null) return false
  if (Array.isArray(part) !== Array.isArray(whole)) return false
  if (Array.isArray(part) && part.length !== (whole as unknown[]).length) return false
  return Object.entries(part).every(
    ([name, value]) =>
      Object.hasOwn(whole, name) && isSubset(value, (whole as Record<string, unknown>)[name]),
  )
}

const schemaAndValue = bodySchema.chain(schema =>
  fc.record({
    schema: fc.constant(schema),
    admitted: valueFor(schema, schema).map(value => JSON.parse(JSON.stringify(value))),
    other: fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
      { weight: 1, arbitrary: bodySchema.chain(stranger => valueFor(stranger, stranger)) },
    ),
  }),
)

const inherited = () =>
  JSON.stringify([Object.prototype, Array.prototype, Function.prototype].map(Object.getOwnPropertyNames))

// Each run compiles a schema of its own, as at synth.
describe('stripping by any schema', { timeout: 120_000 }, () => {
  test('lets through what the schema admits, without what it does not declare, and is done at once', async () => {
    const before = inherited()
    await fc.assert(
      fc.asyncProperty(schemaAndValue, async ({ schema, admitted, other }) => {
        const { projection, judge } = await declare(schema)
        const holdsClosed = oracle(schema)
        for (const sent of [admitted, other]) {
          const text = JSON.stringify(sent)
          const stripped = project(sent, projection)
          expect(isSubset(stripped, sent)).toBe(true)
          expect(project(stripped, projection)).toEqual(stripped)
          expect(JSON.stringify(sent)).toBe(text)
          const problems = judge(stripped)
          // Parts of one whole can ask for what no value is.
          const hasParts = JSON.stringify(schema).includes('allOf')
          if (sent === admitted && !hasParts) expect(problems).toEqual([])
          if (problems.length === 0) expect([holdsClosed(stripped), holdsClosed.errors]).toEqual([true, null])
          expect(countIn(sent) - countIn(stripped)).toBe(leftBehind(sent, projection))
        }
      }),
      { numRuns: 60 },
    )
    expect(inherited()).toBe(before)
  })

  test('ends in an answer of the gate that is no fault, whatever is sent', async () => {
    const before = inherited()
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '{"__proto__":1}',
        '{"constructor":{"prototype":{}}}',
        '[1e999]',
        '{"a":1,"a":2}',
        '"\\ud800"',
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        schemaAndValue,
        body,
        fc.boolean(),
        async ({ schema, admitted, other }, text, rejects) => {
          const { input, validators } = await declare(schema, rejects ? 'reject' : 'strip')
          const route: GateRoute = {
            ...(manifest.routes[key] as GateRoute),
            access: { kind: 'public' },
            input,
            limits: { cost: 1, layers: [], openWithoutStore: false },
          }
          const gate = assembleGate({ manifest: { ...manifest, routes: { [key]: route } }, validators })
          for (const sent of [JSON.stringify(admitted), JSON.stringify(other), text]) {
            const { statusCode } = await gate.handle(eventOf({ body: sent }))
            expect(statusCode).toBeLessThan(500)
          }
          expect(gate.faults).toEqual([])
        },
      ),
      { numRuns: 40 },
    )
    expect(inherited()).toBe(before)
  })
})

/** How many members and items a JSON value has in all. */
function countIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, member) => sum + 1 + countIn(member), 0)
}

/** The same, of what is told to be left behind. */
function leftBehind(value: unknown, projection: Projection): number {
  let sum = 0
  project(value, projection, pointer => {
    const steps = pointer().split('/').slice(1)
    const names = steps.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    let here: unknown = value
    for (const name of names) here = (here as Record<string, unknown>)[name]
    sum += 1 + countIn(here)
  })
  return sum
}
