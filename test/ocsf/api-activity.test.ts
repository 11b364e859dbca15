import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { type AuditEvent, auditSchema } from '../../contract/audit-event.ts'
import { createAudit } from '../../functions/runtime/audit.ts'
import { runPlanted } from '../security/planted/run.ts'
import { auditFacts, auditKey, usualFacts } from '../support/audit-facts.ts'

const classes = inject('ocsfClasses')
const validators: Record<string, ValidateFunction> = {}
let events: readonly AuditEvent[]

beforeAll(async () => {
  for (const [version, { schema }] of Object.entries(classes)) {
    // A word that Ajv does not know would check nothing. Its other pedantries are not met by some objects that no event has, and the patterns
    // are written without the flag for Unicode in mind.
    const ajv = new Ajv2020({ strictSchema: true, strictTypes: false, unicodeRegExp: false, allErrors: true })
    validators[version] = ajv.compile(schema)
  }
  events = (await runPlanted()).events
})

/** What is wrong with an event: `/http_request/http_method enum`. Nothing, if it is one. */
function complaints(event: unknown, version: string = auditSchema.version): string[] {
  const validate = validators[version]
  if (!validate) throw new Error(`no schema of ${version}`)
  validate(event)
  return (validate.errors ?? []).map(({ instancePath, keyword, params }) =>
    [instancePath, keyword, params.additionalProperty ?? params.missingProperty].join(' ').trim(),
  )
}
const complaintsAbout = (all: readonly unknown[], version?: string) => [
  ...new Set(all.flatMap(event => complaints(event, version))),
]
const written = (): Record<string, unknown> =>
  JSON.parse(createAudit({ api: 'Api', key: auditKey }).line(usualFacts))

describe('an event is an API Activity of the version it names', () => {
  test('whatever real doors decide, in gates and in functions of users', () => {
    expect(events.length).toBeGreaterThan(40)
    expect(new Set(events.map(({ metadata }) => metadata.version))).toEqual(new Set([auditSchema.version]))
    expect(complaintsAbout(events)).toEqual([])
  })

  test('whatever a door could be led to say', () => {
    fc.assert(
      fc.property(auditFacts, facts => {
        const { line } = createAudit({ api: 'Api', key: auditKey })
        expect(complaints(JSON.parse(line(facts)))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('whose names are those of its numbers', () => {
    const { captions } = classes[auditSchema.version] ?? {}
    for (const event of events) expect(event.activity_name).toBe(captions?.activity_id?.[event.activity_id])
    const meant = { action_id: ['Allowed', 'Denied'], disposition_id: ['Allowed', 'Blocked'] }
    for (const [name, [yes, no]] of Object.entries({ ...meant, status_id: ['Success', 'Failure'] }))
      expect(captions?.[name]).toMatchObject({ 1: yes, 2: no })
    expect(captions?.severity_id).toMatchObject({ 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' })
    expect(Object.keys(captions?.type_uid ?? {})).toEqual(
      expect.arrayContaining(events.map(({ type_uid }) => String(type_uid))),
    )
  })
})

describe('the schema refuses an event', () => {
  test.each<[string, (event: Record<string, never>) => unknown, string]>([
    [
      'with a member it does not know',
      event => Object.assign(event, { secret: 1 }),
      'additionalProperties secret',
    ],
    [
      'with such a member further in',
      ({ actor }: Record<string, object>) => Object.assign(actor as object, { secret: 1 }),
      '/actor additionalProperties secret',
    ],
    [
      'without what it requires',
      event => Reflect.deleteProperty(event, 'src_endpoint'),
      'required src_endpoint',
    ],
    ['of an activity that is none', event => Object.assign(event, { activity_id: 5 }), '/activity_id enum'],
    [
      'of a user without a name',
      event => Object.assign(event, { actor: { user: { type_id: 0 } } }),
      '/actor/user anyOf',
    ],
    [
      'from what is no address',
      event => Object.assign(event, { src_endpoint: { ip: 'a' } }),
      '/src_endpoint/ip pattern',
    ],
    ['of a fraction of a millisecond', event => Object.assign(event, { duration: 0.5 }), '/duration type'],
  ])('%s', (_, change, complaint) => {
    const event = written()
    expect(complaints(event)).toEqual([])
    change(event as Record<string, never>)
    expect(complaints(event)).toContain(complaint)
  })
})

describe('another version of the schema', () => {
  const patch = '/http_request/http_method enum'
  const verdicts = ['action_id', 'disposition_id', 'http_response', 'policy'].map(
    name => `additionalProperties ${name}`,
  )
  test.each<[string, readonly string[]]>([
    ['1.1.0', ['/actor additionalProperties app_name', patch, ...verdicts]],
    ['1.2.0', [patch, ...verdicts]],
    ['1.3.0', [patch, ...verdicts]],
    ['1.4.0', [patch]],
    ['1.5.0', [patch]],
    ['1.6.0', []],
    ['1.7.0', []],
    ['1.8.0', []],
  ])('%s takes every event but for %j', (version, expected) => {
    expect(complaintsAbout(events, version).sort()).toEqual(expected)
  })
})
