import { deny } from '../../../../contract/decision.ts'
import type { Around } from './withstand-failures.ts'

/** With less than this, a request is not worth sending. */
export const leastMs = 20

/**
 * Retries and the pauses before them included, an upstream takes no longer than is declared, and than is left. Denial:
 * `upstream.timeout`, and no call, where that is next to nothing.
 */
export const keepDeadline =
  (timeoutMs: number): Around =>
  next =>
  async (request, withinMs) => {
    const leftMs = Math.min(timeoutMs, withinMs)
    return leftMs < leastMs ? deny('upstream.timeout', { note: 'no time left' }) : next(request, leftMs)
  }
