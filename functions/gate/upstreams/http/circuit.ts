import type { ResilienceManifest } from '../../../../contract/upstream-manifest.ts'
import { type Clock, type Instant, instant, since } from '../../../runtime/clock.ts'
import type { CircuitState } from '../../../runtime/telemetry.ts'

/** What a request says of the upstream. `nothing`: it never came there, for reasons of its own. */
export type Outcome = 'answered' | 'failed' | 'nothing'

/** Through, and then to be told of the outcome; or not, and how long until it is worth another try. */
export type Entry =
  | { readonly through: true; readonly end: (outcome: Outcome) => void }
  | { readonly through: false; readonly leftMs: number }

export interface CircuitParts {
  readonly clock: Clock
  readonly random: () => number
  /** Told of every change. */
  readonly changed: (state: CircuitState) => void
}

type State =
  | { readonly kind: 'closed'; readonly failed: boolean[] }
  | { readonly kind: 'open'; readonly at: Instant; readonly lastsMs: number }
  | { readonly kind: 'half-open' }

/**
 * Closed, it counts failures among the last outcomes. Open, it lets nothing through, for about as long as declared. Then it is half
 * open: one request goes through as a probe, all others are refused until its outcome closes the circuit or opens it again.
 * A function may be frozen at any point; time passes then too ({@link since}).
 */
export function createCircuit(
  { failures, of, openForMs }: NonNullable<ResilienceManifest['breaker']>,
  { clock, random, changed }: CircuitParts,
) {
  let state: State = { kind: 'closed', failed: [] }

  const become = (next: State) => {
    state = next
    changed(next.kind)
  }
  // A fifth more or less, so that instances which opened together do not probe together.
  const open = () => become({ kind: 'open', at: instant(clock), lastsMs: openForMs * (0.8 + random() * 0.4) })

  const end = (entered: State, outcome: Outcome) => {
    // Of a request that was on its way when the state changed: it says nothing of the upstream as it is now.
    if (state !== entered) return
    if (entered.kind === 'closed') {
      if (outcome === 'nothing') return
      entered.failed.push(outcome === 'failed')
      if (entered.failed.length > of) entered.failed.shift()
      if (entered.failed.filter(Boolean).length >= failures) open()
    } else if (outcome === 'answered') {
      become({ kind: 'closed', failed: [] })
    } else if (outcome === 'failed') {
      open()
    } else {
      // No probe after all: the next request is one.
      state = { kind: 'open', at: instant(clock), lastsMs: 0 }
    }
  }

  return {
    enter(): Entry {
      if (state.kind === 'half-open') return { through: false, leftMs: 0 }
      if (state.kind === 'open') {
        const leftMs = state.lastsMs - since(state.at, clock)
        if (leftMs > 0) return { through: false, leftMs }
        become({ kind: 'half-open' })
      }
      const entered = state
      return { through: true, end: outcome => end(entered, outcome) }
    },
  }
}
