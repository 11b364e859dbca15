import type { ResilienceManifest } from '../../contract/upstream-manifest.ts'
import type { DeclaredResilience } from '../declare/resilience.ts'

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

/** In words, for the contract. */
export const resilienceText = ({ retries, breaker, maxConcurrent }: DeclaredResilience): string =>
  `retries ${retries}; breaker ${breaker}; ${maxConcurrent} at once`
