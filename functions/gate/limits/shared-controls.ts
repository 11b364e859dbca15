import { createSecretKey } from 'node:crypto'
import { type Control, isInForce } from '../../../contract/control.ts'
import type { HashKey } from '../../../contract/state.ts'
import { type Clock, type Instant, instant, since } from '../../runtime/clock.ts'
import type { StateStore } from './store.ts'

/** The item of controls, as it was read. */
export interface SharedControls {
  /** The key under which the table names callers. */
  readonly hashKey: HashKey
  /** By their attributes' names: see `sharedControl`. */
  readonly controls: ReadonlyMap<string, Control>
}

export interface ControlsReader {
  /**
   * What is ordered, as of two seconds ago at the most; of five, where the table does not answer. Throws when nobody knows.
   *
   * @param from another way to the table, of whoever can wait longer than a request
   */
  current(from?: Pick<StateStore, 'readControls'>): Promise<SharedControls>
}

const freshMs = 2000
/** An order is obeyed everywhere within this time: no older answer is trusted. */
const trustedMs = 5000

/**
 * Controls that are not a subject's own: of clients, addresses, tokens, routes and upstreams. There are few of them, so each instance
 * keeps them all. Read while a request waits: an instance is frozen between requests, and nothing can be read meanwhile.
 */
export function createControlsReader(store: StateStore, clock: Clock): ControlsReader {
  let last: { readonly read: SharedControls; readonly at: Instant } | null = null
  let reading: { readonly answer: Promise<SharedControls>; readonly at: Instant } | null = null

  type Source = Pick<StateStore, 'readControls'>

  const read = async (at: Instant, from: Source): Promise<SharedControls> => {
    try {
      const { hashKey, controls } = await from.readControls()
      const read = { controls, hashKey: hashKey instanceof Uint8Array ? createSecretKey(hashKey) : hashKey }
      const age = since(at, clock)
      if (age >= trustedMs) throw new OutdatedAnswer('what is ordered was read too long ago')
      if (!last || age < since(last.at, clock)) last = { read, at }
      return read
    } catch (error) {
      if (last && since(last.at, clock) < trustedMs) return last.read
      throw error
    }
  }

  const begin = (from: Source): Promise<SharedControls> => {
    const at = instant(clock)
    const answer = read(at, from)
    const begun = { answer, at }
    const end = () => {
      if (reading === begun) reading = null
    }
    reading = begun
    answer.then(end, end)
    return answer
  }

  return {
    async current(from = store) {
      if (last && since(last.at, clock) < freshMs) return last.read
      // Whoever was to get an older answer may have stood still since.
      return reading && since(reading.at, clock) < freshMs ? reading.answer : begin(from)
    },
  }
}

/** Of an instance that stood still while the answer was on its way. */
class OutdatedAnswer extends Error {
  override readonly name = 'OutdatedAnswer'
}

export const inForce = ({ controls }: SharedControls, name: string, nowSeconds: number): Control | null => {
  const control = controls.get(name)
  return control && isInForce(control, nowSeconds) ? control : null
}
