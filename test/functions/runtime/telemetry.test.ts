import { expect, test, vi } from 'vitest'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'

/** What is written meanwhile, line by line. */
function linesOf(write: () => void): Array<Record<string, unknown>> {
  const text: string[] = []
  const keep = vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    text.push(String(chunk))
    return true
  })
  const keepErrors = vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    text.push(String(chunk))
    return true
  })
  try {
    write()
  } finally {
    keep.mockRestore()
    keepErrors.mockRestore()
  }
  return text
    .join('')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

test('a breaker is 1 in its metric when it opens and 0 when it closes; that it is half open is only logged', () => {
  const telemetry = createTelemetry({ api: 'Api', gate: 'Crm', audit: null })
  const lines = linesOf(() => {
    for (const state of ['open', 'half-open', 'open', 'half-open', 'closed'] as const)
      telemetry.breakerChanged(state)
  })
  const logged = lines.filter(({ message }) => message === 'breaker')
  expect(logged.map(({ upstream, state }) => [upstream, state])).toEqual(
    ['open', 'half-open', 'open', 'half-open', 'closed'].map(state => ['Crm', state]),
  )
  const counted = lines.filter(line => 'BreakerOpen' in line)
  expect(counted.map(({ api, upstream, BreakerOpen }) => [api, upstream, BreakerOpen])).toEqual([
    ['Api', 'Crm', 1],
    ['Api', 'Crm', 1],
    ['Api', 'Crm', 0],
  ])
})
