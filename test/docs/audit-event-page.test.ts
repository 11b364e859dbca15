import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { auditSchema } from '../../contract/audit-event.ts'
import { deny } from '../../contract/decision.ts'
import { readAuditEvent } from '../../contract/read-audit-event.ts'
import { type AuditFacts, createAudit } from '../../functions/runtime/audit.ts'
import { auditKey, usualFacts } from '../support/audit-facts.ts'

const page = readFileSync('docs/audit-event.md', 'utf8')
const blocksOf = (language: string): string[] =>
  [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, code = '']) =>
    found === language ? [code] : [],
  )

const projection = { members: { lines: { items: { members: { sku: {} } } } } }
const refused: AuditFacts = {
  ...usualFacts,
  time: Date.UTC(2026, 0, 1, 12),
  durationMs: 4.2,
  route: 'PATCH /deals/{dealId}',
  method: 'PATCH',
  status: 400,
  denial: deny('input.invalid', { fields: [{ in: 'body', name: '/lines/3/sku', detail: 'must be string' }] }),
  upstreamMs: undefined,
  stripped: [
    { place: 'query', count: 1, names: ['debug'] },
    { place: 'header', count: 3 },
  ],
  body: { kind: 'json', types: ['application/json'], required: true, maxBytes: 100_000, projection },
}
const audit = createAudit({ api: 'Api', key: auditKey, random: size => Buffer.alloc(size, 0x5a) })
const [allowedLine, refusedLine] = [audit.line(usualFacts), audit.line(refused)]

test('the event on the page is one that a gate writes', () => {
  const [shown = ''] = blocksOf('json')
  expect(readAuditEvent(JSON.parse(shown))).toEqual(JSON.parse(refusedLine))
})

/** Every member that holds no others. */
const leavesOf = (value: object, at = ''): string[] =>
  Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && !Array.isArray(inner) && name !== 'stripped'
      ? leavesOf(inner, `${at}${name}.`)
      : [`${at}${name}`],
  )

test('the table has every member that an event can have, and no other', () => {
  const anonymous = audit.line({ ...usualFacts, principal: undefined, sourceIp: '' })
  const possible = [allowedLine, refusedLine, anonymous].flatMap(line => leavesOf(JSON.parse(line)))
  const documented = [...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  )
  expect([...documented].sort()).toEqual([...new Set(possible)].sort())
})

test('the page states the version of the schema', () => {
  expect(page).toContain(`OCSF ${auditSchema.version}`)
  expect(page).toContain(`https://schema.ocsf.io/${auditSchema.version}/classes/api_activity`)
})

test('the order on the page finds the pseudonym of a subject', () => {
  const [order = ''] = blocksOf('sh')
  const found = execFileSync('sh', ['-c', order], {
    env: { PATH: process.env.PATH, AUDIT_KEY: auditKey },
    encoding: 'utf8',
  })
  expect(found.trim()).toBe(JSON.parse(allowedLine).actor.user.uid)
})
