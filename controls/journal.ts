import { randomBytes } from 'node:crypto'
import { stateTable } from '../contract/state.ts'
import type { Standing } from './shared-item.ts'
import type { Table } from './table.ts'

export type Verb = 'quarantine' | 'release' | 'revoke' | 'restore' | 'close' | 'open'

/** One change, as it is kept. Seconds since the epoch. */
export interface Entry {
  readonly id: string
  readonly at: number
  readonly by: string
  readonly verb: Verb
  /** Whom or what it is about, as it is listed: of callers and tokens an HMAC. */
  readonly name: string
  readonly why: string
  readonly until: number | null
  readonly issuedBefore: number | null
  /** What stood there before. */
  readonly before: Standing
  /** The verb that takes it back. */
  readonly undo: Verb
}

export interface Journal {
  append(entry: Omit<Entry, 'id'>): Promise<void>
  /** Of some months, newest first. */
  read(months: readonly string[]): Promise<Entry[]>
}

const undo = {
  quarantine: 'release',
  release: 'quarantine',
  revoke: 'restore',
  restore: 'revoke',
  close: 'open',
  open: 'close',
} as const satisfies Record<Verb, Verb>
export const undoOf = (verb: Verb): Verb => undo[verb]

/**
 * The journal of a month: lists in items of their own, one begun when the last is full. Each is kept small: to append to an item is
 * billed, and throttled, by the size that it has.
 */
const partBytes = 50_000
const partsPerRead = 10

const nameOf = (month: string, part: number): string =>
  `${stateTable.prefixes.control}journal#${month}${part === 1 ? '' : `#${part}`}`

export const monthOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 7)

/** This month and those before it. */
export function lastMonths(nowSeconds: number, count: number): string[] {
  const now = new Date(nowSeconds * 1000)
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  )
}

export function openJournal(table: Table): Journal {
  /** Where the last entry of a month went. */
  const lastParts = new Map<string, number>()

  const partsFrom = (month: string, first: number) =>
    Array.from({ length: partsPerRead }, (_, i) => ({ part: first + i, key: nameOf(month, first + i) }))

  const lastPart = async (month: string): Promise<number> => {
    for (let first = 1; ; first += partsPerRead) {
      const parts = partsFrom(month, first)
      const keys = parts.map(({ key }) => key)
      const found = await table.readAll(keys, ['bytes'])
      if (found.size < parts.length) return Math.max(1, first + found.size - 1)
    }
  }

  return {
    async append(entry) {
      const text = JSON.stringify({ id: randomBytes(6).toString('base64url'), ...entry } satisfies Entry)
      const bytes = Buffer.byteLength(text)
      const month = monthOf(entry.at)
      let part = lastParts.get(month) ?? (await lastPart(month))
      const appended = () =>
        table.write(nameOf(month, part), {
          append: { to: 'entries', value: { S: text } },
          add: { bytes },
          below: { name: 'bytes', most: partBytes },
        })
      while (!(await appended())) part += 1
      lastParts.set(month, part)
    },

    async read(months) {
      const entries = new Map<string, Entry>()
      for (const month of months) {
        for (let first = 1; ; first += partsPerRead) {
          const parts = partsFrom(month, first)
          const keys = parts.map(({ key }) => key)
          const found = await table.readAll(keys)
          for (const key of keys)
            for (const { S: text = '' } of found.get(key)?.entries?.L ?? []) {
              const entry = entryOf(text)
              // A write whose answer got lost was sent again.
              if (entry) entries.set(entry.id, entry)
            }
          if (found.size < parts.length) break
        }
      }
      return [...entries.values()].reverse().sort((a, b) => b.at - a.at)
    },
  }
}

function entryOf(text: string): Entry | null {
  try {
    return JSON.parse(text) as Entry
  } catch {
    return null
  }
}
