import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Control, isInForce, readControl } from '../contract/control.ts'
import { sharedControlPrefixes, stateTable } from '../contract/state.ts'
import { ControlError, conflict } from './control-error.ts'
import { type Attributes, changeAsSeen, type Table } from './table.ts'
import { sharedText, withWords } from './words.ts'

/** What stands in a place. `unreadable`: gates refuse whom it is about; in the shared item, everyone. */
export type Standing = Control | 'unreadable' | null

export function standingIn(value: AttributeValue | undefined): Standing {
  if (value === undefined) return null
  try {
    return readControl(value.S, 'control')
  } catch {
    return 'unreadable'
  }
}

export interface SharedItem {
  readonly hashKey: Uint8Array
  /** All members but the table's own. Those of an unknown name are unreadable, to gates as well. */
  readonly controls: ReadonlyMap<string, Standing>
}

/**
 * Reads the item of all controls that are not a subject's own. Throws a `ControlError`: `unused`, where there is no key. Only a gate
 * makes it: a table that none has used may be anybody's, and whoever ordered there would believe to be obeyed.
 */
export async function readShared(table: Table): Promise<SharedItem> {
  const item = await table.read(stateTable.controls)
  if (item?.[stateTable.hashKey]) return sharedOf(item)
  throw new ControlError('unused', {
    at: 'table',
    given: `${table.name}, which has no key: no gate has used this table yet, or it is another table`,
    allowed: 'the state table of an API that has been called',
    fix: 'look at STATE_TABLE of its gates; where it is this table, call a route that is limited or takes a token, and order it again',
  })
}

/** Whether gates keep their state here. What has another key than state tables cannot be asked. */
export async function isStateTable(table: Table): Promise<boolean> {
  try {
    return (await table.read(stateTable.controls))?.[stateTable.hashKey]?.B?.length === 32
  } catch (error) {
    if ((error as Error).name === 'ValidationException') return false
    throw error
  }
}

function sharedOf(item: Attributes): SharedItem {
  const { [stateTable.hashKey]: key, [stateTable.partitionKey]: _, ...others } = item
  if (key?.B?.length !== 32)
    throw new ControlError('unreadable', {
      at: `item ${stateTable.controls}`,
      given: `a ${stateTable.hashKey} that is not 32 bytes`,
      allowed: 'the key that the first gate made',
      fix: 'restore it from a backup of the table: with another key, every control and counter is lost',
    })
  const controls = new Map<string, Standing>()
  for (const [name, value] of Object.entries(others)) {
    const isKnown = sharedControlPrefixes.some(prefix => name.startsWith(prefix))
    controls.set(name, isKnown ? standingIn(value) : 'unreadable')
  }
  return { hashKey: key.B, controls }
}

/** Every gate reads them all every two seconds. */
export const mostShared = 500
// An item may be 400 KB.
const mostBytes = 350_000
// An expression may be 4 KB.
const mostRemoved = 50

/**
 * Writes one control of the shared item, or removes it (null), if it stands there as `before`; and removes expired ones. Throws a
 * `ControlError`: `conflict`, `full`.
 */
export async function changeShared(
  table: Table,
  name: string,
  { before, after, nowSeconds }: { before: Standing; after: Control | null; nowSeconds: number },
): Promise<void> {
  const text = after && sharedText(after)
  let other: { readonly standing: Standing } | null = null as { readonly standing: Standing } | null
  const made = await changeAsSeen(table, stateTable.controls, item => {
    // It is as it was to be: an answer got lost, and the write was sent again.
    if (text === null ? !item[name] : item[name]?.S === text) return null
    if (!isSame(standingIn(item[name]), before)) {
      other = { standing: standingIn(item[name]) }
      return null
    }
    const expired = expiredOf(item, name, nowSeconds).slice(0, mostRemoved)
    if (text === null) return { remove: [...expired, name] }
    checkRoom(item, name, text, expired)
    return { set: { [name]: { S: text } }, remove: expired }
  })
  if (!made) throw conflict(name, before)
  if (!other) return
  const explained = await withWords(table, new Map([[name, other.standing]]))
  throw conflict(name, explained.get(name) ?? null)
}

export const isSame = (a: Standing, b: Standing): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))

function expiredOf(item: Attributes, but: string, nowSeconds: number): string[] {
  return [...sharedOf(item).controls].flatMap(([name, standing]) =>
    name !== but && standing !== null && standing !== 'unreadable' && !isInForce(standing, nowSeconds)
      ? [name]
      : [],
  )
}

function checkRoom(item: Attributes, name: string, text: string, expired: readonly string[]): void {
  const { controls } = sharedOf(item)
  const staying = [...controls.keys()].filter(each => each !== name && !expired.includes(each))
  const bytes = staying.reduce((sum, each) => sum + sizeOf(each) + sizeOf(item[each]?.S ?? ''), 0)
  if (staying.length < mostShared && bytes + sizeOf(name) + sizeOf(text) <= mostBytes) return
  throw new ControlError('full', {
    at: 'controls',
    given: `one more, beside ${staying.length} on clients, addresses, tokens, routes and upstreams`,
    allowed: `${mostShared}, and ${mostBytes / 1000} KB of them: every gate keeps them all`,
    fix: 'take back what is no longer needed; revoke a subject or a client in place of many tokens, and block many addresses with AWS WAF',
  })
}

const sizeOf = (text: string): number => Buffer.byteLength(text)
