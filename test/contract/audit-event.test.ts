import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManifestError } from '../../contract/decode.ts'
import { readAuditEvent } from '../../contract/read-audit-event.ts'
import { createAudit } from '../../functions/runtime/audit.ts'
import { auditFacts, auditKey, usualFacts } from '../support/audit-facts.ts'

const written = (facts = usualFacts) => JSON.parse(createAudit({ api: 'Api', key: auditKey }).line(facts))

test('whatever is written is read as it was written', () => {
  fc.assert(
    fc.property(auditFacts, facts => {
      const event = written(facts)
      expect(readAuditEvent(event)).toEqual(event)
    }),
  )
})

/** Where each value of an event stands, objects included. */
const placesIn = (value: unknown, at = 'event'): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? [at, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, `${at}.${name}`))]
    : [at]
const places = placesIn(written())
const objects = places.filter(place => places.some(other => other.startsWith(`${place}.`)))

/** An event in which one value was changed. */
function changed(place: string, change: (parent: Record<string, unknown>, name: string) => void) {
  const all = { event: written() }
  const path = place.split('.')
  const name = path.pop() as string
  change(
    path.reduce<Record<string, unknown>>((here, member) => here[member] as Record<string, unknown>, all),
    name,
  )
  return all.event
}
const put = (place: string, value: unknown) =>
  changed(place, (parent, name) => {
    parent[name] = value
  })

describe('an event is refused', () => {
  test.each(places)('where %s is of another type, by that name', place => {
    for (const wrong of [null, true, 1.5, Number.NaN])
      expect(() => readAuditEvent(put(place, wrong))).toThrow(`manifest ${place}`)
  })

  const optional = [
    'policy',
    'actor.app_name',
    'actor.session',
    'actor.session.uid',
    'unmapped.upstream_latency',
  ]
  const may = ['event', ...optional.map(place => `event.${place}`)]
  test.each(places.filter(place => !may.includes(place)))('without %s', place => {
    const event = changed(place, (parent, name) => delete parent[name])
    expect(() => readAuditEvent(event)).toThrow(ManifestError)
  })

  test.each(may.slice(1))('no more without %s, which not every event has', place => {
    const event = changed(place, (parent, name) => delete parent[name])
    expect(readAuditEvent(event)).toEqual(event)
  })

  test.each(objects)('with a member in %s that nobody declared', place => {
    for (const name of ['secret', '__proto__', 'constructor', '']) {
      const event = JSON.parse(JSON.stringify(written()))
      const names = place.split('.').slice(1)
      const parent = names.reduce((here, member) => here[member], event)
      Object.defineProperty(parent, name, { value: 'x', enumerable: true })
      expect(() => readAuditEvent(event)).toThrow(ManifestError)
    }
  })

  test.each([
    ['event.type_uid', 600_301],
    ['event.activity_name', 'Create'],
    ['event.status_code', '201'],
    ['event.status_id', 2],
    ['event.status_detail', 'token.expired'],
    ['event.disposition_id', 2],
    ['event.severity_id', 2],
    ['event.http_request', {}],
    ['event.http_request.http_method', 'DELETE'],
    ['event.metadata.log_name', 'authorizer'],
    ['event.dst_endpoint.name', 'Other'],
    ['event.api.response.code', 201],
    ['event.metadata.sequence', 2],
    ['event.metadata.uid', '1'],
    ['event.metadata.uid', 'instance-01'],
    ['event.metadata.version', '1.5.0'],
    ['event.metadata.profiles', ['security_control', 'security_control']],
    ['event.metadata.profiles', []],
    ['event.class_uid', 6004],
    ['event.actor.user.type_id', 0],
    ['event.src_endpoint.name', 'unknown'],
    ['event.http_request.http_method', 'OPTIONS'],
    ['event.unmapped.stripped', { path: 1 }],
    ['event.time', -1],
  ])('whose %s is %j, at odds with the rest', (place, value) => {
    expect(() => readAuditEvent(put(place, value))).toThrow(ManifestError)
  })
})
