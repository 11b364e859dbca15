import { describe, expect, it, test } from 'vitest'
import { rules } from '../../lib/checks/rules/index.ts'
import * as functions from './cases/functions.ts'
import { cases } from './cases/index.ts'
import { type Cases, judged } from './support.ts'

test('these rules are active, and no others', () => {
  expect(rules.map(({ id }) => id)).toEqual(Object.keys(cases))
})

describe.each(rules)('$id: $title', ({ id }) => {
  const { passes, breaks, unknown } = cases[id] as Cases

  it.each(passes)('passes $of', given => {
    expect(judged(id, given)).toEqual({ verdict: 'compliant', findings: [], whys: [] })
  })

  // What cannot be read breaks nothing that is known.
  it.runIf(breaks.length > 0).each(breaks)('fails $of', given => {
    expect(judged(id, given)).toMatchObject({ verdict: 'non-compliant', findings: given.findings ?? [id] })
  })

  it.each(unknown)('cannot judge, and so fails, $of', given => {
    expect(judged(id, given)).toMatchObject({ verdict: 'unknown', findings: given.findings ?? [id] })
  })
})

test('every rule has a template that keeps it and one of which it cannot tell, and but for the one on that one that breaks it', () => {
  for (const [id, { passes, breaks, unknown }] of Object.entries(cases)) {
    expect([id, passes.length > 0, breaks.length > 0, unknown.length > 0]).toEqual([
      id,
      true,
      id !== 'ZT-READABLE',
      true,
    ])
  }
})

test('no finding says what a secret is', () => {
  for (const given of functions.secretInClear.breaks)
    expect(judged('ZT-SECRET-IN-CLEAR', given).whys.join()).not.toMatch(/hunter2|AKIA|BEGIN|eyJ|pw@db/)
})
