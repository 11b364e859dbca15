import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { Output, Upstream } from 'sallyport'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allow } from '../../../contract/decision.ts'
import type { GateRoute } from '../../../contract/gate-manifest.ts'
import { ticketContext } from '../../../contract/ticket.ts'
import { compileOutput, outputManifest, outputValidators } from '../../../lib/compile/outputs.ts'
import { validatorsModule } from '../../../lib/compile/validators.ts'
import type { JsonSchema } from '../../../lib/declare/schema.ts'
import { bodySchema, closed, valueFor } from './generated-schemas.ts'
import { assembleGate, eventOf, manifest, ticket } from './parts.ts'

const key = 'PUT /users/{userId}'
let folder: string
let written = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-outputs-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A gate whose upstream answers with this, its output compiled as at synth and loaded as at run time. */
async function declare(schema: JsonSchema, hidden: readonly string[] = []) {
  const visibleTo = Object.fromEntries(hidden.map(pointer => [pointer, { roles: ['manager'] }]))
  const { target } = Upstream.http('https://crm.example.com')
  const compiled = compileOutput(
    'here',
    { 200: Output.json(schema, { visibleTo }) },
    { method: 'PUT', target, issuers: [] },
  )
  const output = outputManifest(compiled)
  const runtime = pathToFileURL(resolve('dist/functions/gate/validation-runtime.mjs')).href
  const file = join(folder, `${written++}.mjs`)
  const code = validatorsModule({ outputs: { [key]: outputValidators(compiled) } })
  writeFileSync(file, code.replace('./validation-runtime.mjs', runtime))
  const { outputs } = await import(/* @vite-ignore */ pathToFileURL(file).href)
  const route: GateRoute = {
    ...(manifest.routes[key] as GateRoute),
    output,
    limits: { cost: 1, layers: [], openWithoutStore: false },
  }
  return async (answer: string, viewers: readonly number[] = []) => {
    const gate = assembleGate({
      manifest: { ...manifest, routes: { [key]: route } },
      outputs,
      upstream: async () => allow({ status: 200, headers: {}, body: answer }),
    })
    const authorizer = ticketContext({ ...ticket, viewers })
    const { statusCode, body } = await gate.handle(eventOf({ requestContext: { authorizer } }))
    expect([gate.faults, [200, 502].includes(statusCode)]).toEqual([[], true])
    return statusCode === 200 ? body : undefined
  }
}

const schemaAndAnswers = bodySchema.chain(schema =>
  fc.record({
    schema: fc.constant(schema),
    admitted: valueFor(schema, schema),
    other: fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      bodySchema.chain(stranger => valueFor(stranger, stranger)),
    ),
  }),
)

/** Whether one JSON value holds nothing that the other does not hold in the same place. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null || typeof whole !== 'object' || whole === null)
    return Object.is(part, whole)
  const held = whole as Record<string, unknown>
  return (
    Array.isArray(part) === Array.isArray(whole) &&
    Object.entries(part).every(([name, value]) => Object.hasOwn(held, name) && isWithin(value, held[name]))
  )
}

test('what passes of an answer is within it, holds to its closed schema, and passes again unchanged', async () => {
  const inherited = () =>
    JSON.stringify([Object.prototype, Array.prototype].map(each => Object.getOwnPropertyNames(each)))
  const before = inherited()
  await fc.assert(
    fc.asyncProperty(schemaAndAnswers, async ({ schema, admitted, other }) => {
      const pass = await declare(schema)
      const holdsClosed = new Ajv2020({ strict: false, ownProperties: true }).compile(closed(schema))
      for (const answer of [admitted, other]) {
        const sent = JSON.stringify(answer)
        const passed = await pass(sent)
        // Parts of one whole can ask for what no value is; whole numbers of 16 digits and more need not stay the same.
        if (answer === admitted && !JSON.stringify(schema).includes('allOf') && !/\d{16}/.test(sent))
          expect(passed).toBeDefined()
        if (passed === undefined) continue
        expect(isWithin(JSON.parse(passed), JSON.parse(sent))).toBe(true)
        expect([holdsClosed(JSON.parse(passed)), holdsClosed.errors]).toEqual([true, null])
        expect(await pass(passed)).toBe(passed)
      }
    }),
    { numRuns: 100 },
  )
  expect(inherited()).toBe(before)
})

test('what is hidden is all that a caller without the role lacks, and none of it is there', async () => {
  await fc.assert(
    fc.asyncProperty(schemaAndAnswers, fc.nat(), async ({ schema, admitted }, pick) => {
      const places = placesOf(schema, schema)
      const place = places[pick % Math.max(places.length, 1)]
      if (!place) return
      const pointer = place.map(name => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
      const pass = await declare(schema, [pointer])
      const [full, hidden] = [await pass(JSON.stringify(admitted), [0]), await pass(JSON.stringify(admitted))]
      const expected = full === undefined ? undefined : without(JSON.parse(full), place)
      expect(hidden === undefined ? undefined : JSON.parse(hidden)).toEqual(expected)
    }),
    { numRuns: 150 },
  )
})

/** Ways to declared members, by names and `*`. Not through maps with an empty name of their own: `*` is no name here. */
function placesOf(schema: JsonSchema, root: JsonSchema, at: readonly string[] = []): string[][] {
  const { $ref, properties, items, anyOf } = schema
  if ($ref !== undefined) return placesOf((root.$defs as { Shared: JsonSchema }).Shared, root, at)
  return [
    ...Object.entries(Object(properties) as Record<string, JsonSchema>).flatMap(([name, member]) => [
      [...at, name],
      ...placesOf(member, root, [...at, name]),
    ]),
    ...(items === undefined ? [] : placesOf(items as JsonSchema, root, [...at, '*'])),
    ...((anyOf ?? []) as JsonSchema[]).flatMap(option => placesOf(option, root, at)),
  ]
}

/** The slow and plain way to take a place out of a value. */
function without(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) return name === '*' ? value.map(item => without(item, rest)) : value
  if (typeof value !== 'object' || value === null || name === undefined) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (key !== name) return [[key, member]]
      return rest.length === 0 ? [] : [[key, without(member, rest)]]
    }),
  )
}
