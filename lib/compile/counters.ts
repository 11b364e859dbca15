import { createHash } from 'node:crypto'
import type { LimitLayer } from '../../contract/limits.ts'
import { DeclarationError } from '../declare/declaration-error.ts'

/** What makes two counts one: they are of the same layer and scope, of the same requests, over the same window. */
export interface Counter {
  readonly layer: LimitLayer
  /** The route that counts for itself; `all`: every route that does not. */
  readonly scope: string
  readonly methods: 'all' | 'reads' | 'writes'
  readonly windowMs: number
  readonly when: string | null
}

const length = 5

/** `max` is no part of it: whoever changes a limit, or a caller's tier, does not begin to count anew. */
export function counterName(api: string, { layer, scope, methods, windowMs, when }: Counter): string {
  const identity = JSON.stringify([api, layer, scope, methods, windowMs, when])
  const hash = createHash('sha256').update(identity).digest('base64url')
  // Names end in no digit, so that they can be told from the slice that follows.
  const end = [...hash].findIndex((char, i) => i >= length - 1 && !/\d/.test(char)) + 1
  return hash.slice(end - length, end)
}

/**
 * The names of an API's counts. They are short, since an item holds one for each slice of a window; that no two of one API are the
 * same is seen here.
 */
export class CounterNames {
  /** The API's address: several APIs may share a table. */
  readonly api: string
  readonly #taken = new Map<string, string>()

  constructor(api: string) {
    this.api = api
  }

  /** Where a route counts a caller by itself: an item for all of them would grow with every route that the caller uses. */
  item(layer: LimitLayer, route: string): string {
    return counterName(this.api, { layer, scope: route, methods: 'all', windowMs: 0, when: null })
  }

  /** @param at names whatever counts in errors */
  of(at: string, counter: Counter): string {
    const name = counterName(this.api, counter)
    const identity = JSON.stringify(counter)
    const other = this.#taken.get(name) ?? identity
    this.#taken.set(name, other)
    if (other === identity) return name
    throw new DeclarationError({
      at,
      given: `a count that would have the name of another one (${name}): ${identity} and ${other}`,
      allowed: 'counts whose short names differ',
      fix: 'change the burst of one of the two by one',
    })
  }
}
