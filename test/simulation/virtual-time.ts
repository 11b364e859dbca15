import { setImmediate as turn } from 'node:timers/promises'

/** Time that passes from one event to the next, and waits for whatever an event set going. */
export interface VirtualTime {
  /** Milliseconds since the epoch, as nobody's clock has them: the real ones. */
  now(): number
  at(ms: number, happens: () => void): void
  /** Lets everything happen until nothing is left. */
  run(): Promise<void>
}

interface Event {
  readonly ms: number
  /** Of two at the same time, the one that was planned first. */
  readonly order: number
  readonly happens: () => void
}

export function createVirtualTime(startMs: number): VirtualTime {
  let now = startMs
  let planned = 0
  const heap: Event[] = []
  const before = (a: Event | undefined, b: Event | undefined) =>
    a !== undefined && b !== undefined && (a.ms < b.ms || (a.ms === b.ms && a.order < b.order))
  const swap = (i: number, j: number) => {
    const [a, b] = [heap[i] as Event, heap[j] as Event]
    heap[i] = b
    heap[j] = a
  }

  const push = (event: Event) => {
    let i = heap.push(event) - 1
    for (let up = (i - 1) >> 1; i > 0 && before(heap[i], heap[up]); up = (i - 1) >> 1) {
      swap(i, up)
      i = up
    }
  }
  const pop = (): Event | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      const least = before(heap[right], heap[left]) ? right : left
      if (!before(heap[least], heap[i])) return first
      swap(i, least)
      i = least
    }
  }

  return {
    now: () => now,
    at: (ms, happens) => push({ ms: Math.max(now, ms), order: planned++, happens }),
    async run() {
      for (let event = pop(); event; event = pop()) {
        now = event.ms
        event.happens()
        // All that follows from it, through however many promises.
        await turn()
      }
    },
  }
}
