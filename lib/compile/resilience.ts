import type { ResilienceManifest } from '../../contract/upstream-manifest.ts'
import type { DeclaredResilience } from '../declare/resilience.ts'
import type { Gate } from '../gate.ts'

export const resilienceManifest = ({
  retries,
  breaker: { declared },
  maxConcurrent,
}: DeclaredResilience): ResilienceManifest => ({
  retries,
  breaker:
    declared.kind === 'none'
      ? null
      : { failures: declared.failures, of: declared.of, openForMs: declared.openFor.toMilliseconds() },
  maxConcurrent,
})

/** What is done about upstreams that fail, a line for each. */
export const resilienceLines = (gates: readonly Gate[]): Array<readonly [string, string]> =>
  gates
    .flatMap(({ node, target }) => {
      if (target.kind !== 'http') return []
      const { retries, breaker, maxConcurrent } = target.resilience
      const text = `retries ${retries}; breaker ${breaker}; ${maxConcurrent} at once`
      return [[`upstream ${node.id} resilience`, text] as const]
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
