import type { Change } from './store.ts'

/**
 * A connection that ended while the function was frozen is noticed with the next call. Once more, at once, on a new one. Nothing
 * else is tried again: a table in trouble needs less.
 */
export async function onceMoreIfCutOff<T>(call: (again: boolean) => Promise<T>): Promise<T> {
  try {
    return await call(false)
  } catch (error) {
    const { code } = Object(error) as { code?: unknown }
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error
    return call(true)
  }
}

/**
 * A change that may have been made already, for a second try: what was counted twice is counted too much, which is the safe side;
 * what was given back twice would be taken from others.
 */
export const withoutGivingBack = (change: Change): Change => ({
  ...change,
  add: new Map([...change.add].map(([name, amount]) => [name, Math.max(0, amount)])),
})
