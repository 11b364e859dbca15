import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Findings } from '../../functions/gate/inputs/findings.ts'
import { project } from '../../functions/gate/inputs/projection.ts'
import { type RouteValidators, validateCandidate } from '../../functions/gate/inputs/validation.ts'
import { bodyManifest } from '../../lib/compile/body.ts'
import { type CompiledInput, compileInput, inputValidators } from '../../lib/compile/inputs.ts'
import { compileProjection } from '../../lib/compile/projection.ts'
import { compiles, ValidatorOf, validatorsModule } from '../../lib/compile/validators.ts'
import type { JsonSchema } from '../../lib/declare/schema.ts'
import { emptyInput } from '../functions/gate/parts.ts'

interface Group {
  readonly file: string
  readonly description: string
  readonly schema: JsonSchema | boolean
  readonly tests: ReadonlyArray<{
    readonly description: string
    readonly data: unknown
    readonly valid: boolean
  }>
}

const folder = inject('jsonSchemaSuite')
const groups = readdirSync(folder)
  .filter(file => file.endsWith('.json'))
  .flatMap(file =>
    (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Group[]).map(group => ({ ...group, file })),
  )

const one = [
  'items',
  'additionalProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'contentSchema',
]
const listed = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const named = ['properties', '$defs', 'patternProperties', 'dependentSchemas']

/** A schema and all schemas in it. */
function schemasIn(schema: unknown): JsonSchema[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return []
  return [
    schema as JsonSchema,
    ...Object.entries(schema).flatMap(([keyword, value]) => {
      if (one.includes(keyword)) return schemasIn(value)
      if (listed.includes(keyword) && Array.isArray(value)) return value.flatMap(schemasIn)
      return named.includes(keyword) ? Object.values(Object(value)).flatMap(schemasIn) : []
    }),
  ]
}

const refusedKeyword = (keyword: string): boolean => {
  try {
    compileProjection('here', { type: 'string', [keyword]: undefined })
    return false
  } catch (error) {
    return (error as Error).message.includes(`keyword "${keyword}"`)
  }
}

// The suite's own way to say what nobody knows.
const invented = /^(?:\$?foo|bar|unknown|x-|.*[Kk]eyword.*)/
const keywords = [...new Set(groups.flatMap(({ schema }) => schemasIn(schema).flatMap(Object.keys)))].filter(
  keyword => !invented.test(keyword),
)

/** What of the draft cannot be declared; see lib/compile/projection.ts. */
const unsupported = [
  ...['$anchor', '$dynamicAnchor', '$dynamicRef', 'contains', 'contentSchema', 'dependentRequired'],
  ...[
    'dependentSchemas',
    'else',
    'if',
    'maxContains',
    'minContains',
    'not',
    'patternProperties',
    'prefixItems',
  ],
  ...['then', 'unevaluatedItems', 'unevaluatedProperties'],
]

test('the keywords of draft 2020-12 that are refused at synth are these, and no others', () => {
  expect(keywords.filter(refusedKeyword).sort()).toEqual(unsupported)
})

const usesOnlyKnown = (schema: JsonSchema): boolean =>
  !schemasIn(schema).some(each => Object.keys(each).some(refusedKeyword))

/** A group's schema as the body of a route; undefined where it is refused at synth. */
function declared(schema: JsonSchema): CompiledInput | undefined {
  try {
    return compileInput('here', { body: schema }, [])
  } catch {
    return undefined
  }
}

const work = mkdtempSync(join(tmpdir(), 'sallyport-suite-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
const objects = groups.flatMap(group =>
  typeof group.schema === 'object' ? [{ ...group, schema: group.schema }] : [],
)
const checkable = objects.filter(({ schema }) => usesOnlyKnown(schema) && compiles(schema) === null)
const bodies = objects.flatMap(group => {
  const input = declared(group.schema)
  return input ? [{ ...group, input }] : []
})

const runtime = pathToFileURL(resolve('dist/functions/gate/validation-runtime.mjs')).href
const load = async (file: string, code: string) => {
  writeFileSync(join(work, file), code.replace('./validation-runtime.mjs', runtime))
  return import(/* @vite-ignore */ pathToFileURL(join(work, file)).href)
}
const wholes: { all: Record<string, (value: unknown) => boolean> } = await load(
  'wholes.mjs',
  validatorsModule({
    all: Object.fromEntries(checkable.map(({ schema }, i) => [i, new ValidatorOf(schema)])),
  }),
)
const routes: { all: Record<string, RouteValidators> } = await load(
  'routes.mjs',
  validatorsModule({ all: Object.fromEntries(bodies.map(({ input }, i) => [i, inputValidators(input)])) }),
)

/** Tests of the suite that end otherwise here, by their words. */
const differing = (among: readonly Group[], verdict: (place: number, data: unknown) => boolean): string[] =>
  among.flatMap(({ file, description, tests }, i) =>
    tests
      .filter(({ data, valid }) => verdict(i, data) !== valid)
      .map(({ description: what }) => `${file}: ${description}: ${what}`),
  )

describe('the suite', () => {
  test('is all there', () => {
    expect(groups.length).toBeGreaterThan(300)
    expect([checkable.length, bodies.length].every(count => count > 40)).toBe(true)
  })

  test('agrees with the validators about every schema of known keywords', () => {
    const found = differing(checkable, (i, data) => wholes.all[i]?.(data) ?? false)
    // A format is a check here, by intent; the suite has it as an annotation.
    expect(found.filter(words => !words.endsWith('is only an annotation by default'))).toEqual([
      // Nobody can declare it: see lib/compile/projection.ts.
      'properties.json: properties whose names are Javascript object property names: __proto__ not valid',
    ])
  })

  test('agrees with what becomes of a body, but that undeclared members are left behind first', () => {
    const verdict = (i: number, data: unknown) => {
      const { body } = bodies[i]?.input ?? {}
      const validators = routes.all[i]
      if (body?.kind !== 'json' || !validators) throw new Error('no JSON')
      const findings = new Findings()
      const input = { ...emptyInput, body: bodyManifest(body, 1_000_000) }
      const candidate = {
        path: {},
        query: {},
        headers: {},
        cookies: {},
        body: project(data, body.projection),
      }
      validateCandidate(input, candidate, validators, findings)
      return findings.invalidity === undefined
    }
    expect(differing(bodies, verdict)).toEqual([])
  })
})
