import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createChains } from '../../audit/chain.ts'
import { createDuplicates } from '../../audit/duplicates.ts'
import { createFindings, keptMax } from '../../audit/findings.ts'

const hashOf = (sequence: number) => (sequence === 0 ? '' : `hash of ${sequence}`)
const linkOf = (instance: string, sequence: number) => ({
  instance,
  sequence,
  previous: hashOf(sequence - 1),
  time: sequence,
})
const place = { object: 'x', line: 1 }

/** 1…count, none of them more than `window` places from where it belongs. */
function shuffled(count: number, window: number, order: readonly number[]): number[] {
  const weighed = Array.from({ length: count }, (_, i) => ({
    i,
    at: i + ((order[i % order.length] ?? 0) % window),
  }))
  return weighed.sort((a, b) => a.at - b.at).map(({ i }) => i + 1)
}

it('holds of 200,000 events no more than instances, and events that are out of order, at any time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 7, maxLength: 50 }), order => {
      const findings = createFindings()
      const chains = createChains(findings)
      const [instances, window] = [10, 20]
      let most = 0
      for (const sequence of shuffled(20_000, window, order)) {
        for (let i = 0; i < instances; i += 1) chains.add(linkOf(`i${i}`, sequence), hashOf(sequence), place)
        if (sequence % 100 === 0) most = Math.max(most, chains.size())
      }
      expect(most).toBeLessThanOrEqual(instances * window)
      expect(chains.size()).toBe(instances)
      expect(chains.finish(false)).toEqual({ instances, begunBefore: 0 })
      expect(findings.groups()).toEqual([])
    }),
    { numRuns: 2 },
  )
})

it('puts together what comes in any order at all, the last number first', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), numbers => {
      const findings = createFindings()
      const chains = createChains(findings)
      for (const sequence of numbers) {
        expect(chains.add(linkOf('i', sequence), hashOf(sequence), place)).toBe(true)
        expect(chains.add(linkOf('i', sequence), hashOf(sequence), place)).toBe(false)
      }
      chains.finish(false)
      const missing = findings
        .groups()
        .flatMap(group => group.findings)
        .flatMap(({ first, last }) =>
          Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, i) => (first ?? 0) + i),
        )
      const all = Array.from({ length: Math.max(...numbers) }, (_, i) => i + 1)
      expect(missing.sort((a, b) => a - b)).toEqual(all.filter(number => !numbers.includes(number)))
    }),
  )
})

it('counts every finding of a kind, and keeps the first thousand', () => {
  const findings = createFindings()
  for (let line = 1; line <= keptMax + 1; line += 1)
    findings.add({ kind: 'unreadableEvent', object: 'x', line, detail: '' })
  expect(findings.groups()).toEqual([expect.objectContaining({ count: keptMax + 1 })])
  expect(findings.groups()[0]?.findings).toHaveLength(keptMax)
})

it('says once that it compares no further duplicates, after as many as it may hold', () => {
  const findings = createFindings()
  const duplicates = createDuplicates(findings, { recent: 1, late: 2 })
  for (const sequence of [1, 2, 3, 4, 5, 6]) duplicates.first(linkOf('i', sequence), hashOf(sequence))
  for (const sequence of [1, 2]) duplicates.again(linkOf('i', sequence), hashOf(sequence), place)
  expect([duplicates.open(), findings.groups()]).toEqual([2, []])
  for (const sequence of [3, 4]) duplicates.again(linkOf('i', sequence), hashOf(sequence), place)
  expect(duplicates.open()).toBe(2)
  expect(findings.groups()).toEqual([expect.objectContaining({ kind: 'uncompared', count: 1 })])
})
