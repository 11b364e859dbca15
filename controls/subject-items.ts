import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { type Control, writeControl } from '../contract/control.ts'
import { daySeconds, stateTable, subjectItemDays } from '../contract/state.ts'
import { conflict } from './control-error.ts'
import { standingIn } from './shared-item.ts'
import { changeAsSeen, type Table } from './table.ts'
import type { Place } from './targets.ts'

/**
 * Writes a control into its subject's item, or removes it (null), if it stands there as `seen`; the counts beside it stay. The item
 * outlives the longest control, as it does after a count. Throws a `ControlError`: `conflict`.
 */
export async function changeOwn(
  table: Table,
  { key, attribute }: Place,
  {
    seen,
    after,
    nowSeconds,
  }: { seen: AttributeValue | undefined; after: Control | null; nowSeconds: number },
): Promise<void> {
  const text = after && writeControl(after)
  const lasts = { [stateTable.expiresAt]: { N: String(nowSeconds + subjectItemDays * daySeconds) } }
  const made = await table.write(key, {
    ...(text === null
      ? { set: lasts, remove: [attribute] }
      : { set: { ...lasts, [attribute]: { S: text } } }),
    // Not of all that is written: the item's end moves with every count.
    seen: { [attribute]: seen },
  })
  if (made) return
  const now = (await table.read(key))?.[attribute]
  // It is as it was to be: an answer got lost, and the write was sent again.
  if (text === null ? now === undefined : now?.S === text) return
  throw conflict(key, standingIn(now))
}

/**
 * Which subjects have controls of their own, so that they can be listed: their names, with the latest end of a control that ever
 * stood there. What stands is in their items; here may be names too many, never too few. 64 items, by the names' first characters,
 * hold more than a hundred thousand of them.
 */
const indexPrefix = `${stateTable.prefixes.control}subjects#`
const firstCharacters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
const mostRemoved = 50

const hashIn = (key: string): string => key.slice(stateTable.prefixes.user.length)

export async function noteSubject(
  table: Table,
  key: string,
  until: number,
  nowSeconds: number,
): Promise<void> {
  const hash = hashIn(key)
  const noted = await changeAsSeen(table, indexPrefix + hash.charAt(0), item => {
    const { [stateTable.partitionKey]: _, ...ends } = item
    if (Number(ends[hash]?.N ?? 0) >= until) return null
    const over = Object.keys(ends).filter(name => name !== hash && Number(ends[name]?.N) <= nowSeconds)
    return { set: { [hash]: { N: String(until) } }, remove: over.slice(0, mostRemoved) }
  })
  if (!noted) throw new Error('the index of subjects was changed by others every time')
}

/** Keys of the items of subjects that may have a control in force. */
export async function notedSubjects(table: Table, nowSeconds: number): Promise<string[]> {
  const items = await table.readAll(firstCharacters.map(first => indexPrefix + first))
  return [...items.values()].flatMap(({ [stateTable.partitionKey]: _, ...ends }) =>
    Object.keys(ends)
      .filter(name => Number(ends[name]?.N) > nowSeconds)
      .map(name => stateTable.prefixes.user + name),
  )
}
