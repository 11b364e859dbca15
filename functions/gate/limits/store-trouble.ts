import { type Clock, type Instant, instant, since } from '../../runtime/clock.ts'
import { Recent } from '../../runtime/recent.ts'
import { KeyThrottled, type StateStore, UnreadableState } from './store.ts'

const shortestPauseMs = 100
const longestPauseMs = 2000
const rememberedKeys = 1000
/** So many keys within so long, and it is not their callers: it is the table. */
const keysOfTrouble = 3
const togetherMs = 1000

/** Thrown in place of a call, while the table is left alone. */
export class StoreResting extends Error {
  override readonly name = 'StoreResting'
}

/**
 * Leaves a table alone that has just failed, for longer each time: whoever would wait for it is answered at once, and a table in
 * trouble is not asked by every request that comes. One key that is asked for more than DynamoDB gives of one (1,000 writes a
 * second) rests by itself: a caller who can do that must not be able to hold up the others.
 *
 * @param random from 0 to 1: the pause differs from instance to instance, so that they do not come back together
 */
export function restingAfterTrouble(store: StateStore, clock: Clock, random = Math.random): StateStore {
  const table = createRest(clock, random)
  const keys = new Recent<Rest>(rememberedKeys)
  let throttled: ReadonlyArray<{ readonly key: string; readonly at: Instant }> = []

  const isTables = (error: unknown, key: string | null): boolean => {
    if (key === null || !isOfOneKey(error)) return true
    const recent = throttled.filter(each => each.key !== key && since(each.at, clock) < togetherMs)
    throttled = [...recent, { key, at: instant(clock) }]
    return throttled.length >= keysOfTrouble
  }

  const call = async <T>(key: string | null, ask: () => Promise<T>): Promise<T> => {
    if (table.isOn()) throw new StoreResting('the state table failed a moment ago')
    const known = key === null ? undefined : keys.get(key)
    if (known?.isOn()) throw new KeyThrottled('this key was throttled a moment ago')
    const before = table.last()
    try {
      const answer = await ask()
      table.end()
      known?.end()
      return answer
    } catch (error) {
      if (error instanceof UnreadableState) throw error
      if (isTables(error, key)) {
        // Of several calls that fail together, one says so.
        if (table.last() === before) table.begin()
        throw error
      }
      const rest = known ?? createRest(clock, random)
      keys.set(key as string, rest)
      rest.begin()
      throw new KeyThrottled('this key is throttled')
    }
  }

  return {
    change: (key, change) => call(key, () => store.change(key, change)),
    read: key => call(null, () => store.read(key)),
    readControls: () => call(null, () => store.readControls()),
  }
}

type Rest = ReturnType<typeof createRest>

function createRest(clock: Clock, random: () => number) {
  let pauseMs = 0
  let trouble: { readonly at: Instant; readonly lastsMs: number } | null = null
  return {
    last: () => trouble,
    isOn: () => trouble !== null && since(trouble.at, clock) < trouble.lastsMs,
    begin() {
      pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, pauseMs * 2))
      trouble = { at: instant(clock), lastsMs: pauseMs * (0.5 + random() / 2) }
    },
    end() {
      pauseMs = 0
    },
  }
}

/**
 * Whether DynamoDB throttles one key, as far as it says: the reasons it gives name what was exceeded, the key's range or the
 * table's or account's throughput. Without reasons it is taken for the key's.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
 */
function isOfOneKey(error: unknown): boolean {
  const { name, ThrottlingReasons, throttlingReasons } = Object(error) as {
    name?: unknown
    ThrottlingReasons?: ReadonlyArray<{ reason?: string }>
    throttlingReasons?: ReadonlyArray<{ reason?: string }>
  }
  if (name !== 'ProvisionedThroughputExceededException' && name !== 'ThrottlingException') return false
  const reasons = ThrottlingReasons ?? throttlingReasons ?? []
  return reasons.every(({ reason = '' }) => reason.includes('KeyRange'))
}
