import { createHash } from 'node:crypto'
import { type Control, writeControl } from '../contract/control.ts'
import { daySeconds, stateTable } from '../contract/state.ts'
import type { Standing } from './shared-item.ts'
import type { Table } from './table.ts'

/**
 * Who ordered a shared control, and why, is for people: it stands in an item of its own for each control, so that the item that every
 * gate reads every two seconds stays small, and no gate can read it.
 */
const keyOf = (name: string): string =>
  `${stateTable.prefixes.control}words#${createHash('sha256').update(name).digest('base64url')}`

const [of, by, why] = ['of', 'by', 'why'] as const

/** A control as it stands in the shared item. */
export const sharedText = (control: Control): string => writeControl({ ...control, by: '', why: '' })

export async function keepWords(table: Table, name: string, control: Control): Promise<void> {
  const { expiresAt } = stateTable
  const words = { [by]: { S: control.by }, [why]: { S: control.why }, [of]: { S: sharedText(control) } }
  await table.write(
    keyOf(name),
    control.until === null
      ? { set: words, remove: [expiresAt] }
      : { set: { ...words, [expiresAt]: { N: String(control.until + daySeconds) } } },
  )
}

/** Shared controls with what was said of them; empty texts, where what is kept was said of another order. */
export async function withWords(
  table: Table,
  controls: ReadonlyMap<string, Standing>,
): Promise<Map<string, Standing>> {
  const bare = [...controls].flatMap(([name, standing]) =>
    standing !== null && standing !== 'unreadable' && standing.by === '' ? [{ name, standing }] : [],
  )
  const items = bare.length > 0 ? await table.readAll(bare.map(({ name }) => keyOf(name))) : new Map()
  const explained = new Map(controls)
  for (const { name, standing } of bare) {
    const said = items.get(keyOf(name))
    if (said?.[of]?.S !== sharedText(standing)) continue
    explained.set(name, { ...standing, by: said[by]?.S ?? '', why: said[why]?.S ?? '' })
  }
  return explained
}
