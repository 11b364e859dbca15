import { type Control, isInForce } from '../contract/control.ts'
import { stateTable } from '../contract/state.ts'
import { undoOf, type Verb } from './journal.ts'
import { type SharedItem, type Standing, standingIn } from './shared-item.ts'
import { notedSubjects } from './subject-items.ts'
import type { Attributes, Table } from './table.ts'
import { kindNamed } from './targets.ts'
import { withWords } from './words.ts'

export interface Listed {
  /** What `{ listed }` takes. Of callers and tokens an HMAC; of routes and upstreams the API's id and theirs. */
  readonly name: string
  readonly about: 'subject' | 'client' | 'address' | 'token' | 'route' | 'upstream' | 'unknown'
  /** Null: it cannot be read. Then gates refuse its subject; and everyone, where it is not a subject's own. */
  readonly control: Control | null
  /** What takes it back: `release`, `restore` or `open`. */
  readonly lift: Verb
}

const abouts: Readonly<Record<string, Listed['about']>> = {
  client: 'client',
  tokens: 'client',
  address: 'address',
  token: 'token',
  route: 'route',
  upstream: 'upstream',
}
const aboutOf = (name: string): Listed['about'] => {
  const [first = ''] = name.split(' ', 1)
  return Object.hasOwn(abouts, first) ? (abouts[first] ?? 'unknown') : 'unknown'
}

/** A control as it is listed; none, where it is over. */
function listedOf(
  place: Pick<Listed, 'name' | 'about' | 'lift'>,
  standing: Standing,
  nowSeconds: number,
): Listed[] {
  if (standing === 'unreadable') return [{ ...place, control: null }]
  return standing && isInForce(standing, nowSeconds) ? [{ ...place, control: standing }] : []
}

/** @param names only these. @default all */
export async function listShared(
  table: Table,
  { controls }: SharedItem,
  nowSeconds: number,
  names?: readonly string[],
): Promise<Listed[]> {
  const asked = [...controls].filter(([name]) => names?.includes(name) ?? true)
  const explained = await withWords(table, new Map(asked))
  return [...explained].flatMap(([name, standing]) => {
    // What nobody knows is released: see `checkListed`.
    const place = { name, about: aboutOf(name), lift: undoOf(kindNamed(name) ?? 'quarantine') }
    return listedOf(place, standing, nowSeconds)
  })
}

export const listOwn = (key: string, item: Attributes | null, nowSeconds: number): Listed[] =>
  own.flatMap(({ attribute, kind }) =>
    listedOf({ name: key, about: 'subject', lift: undoOf(kind) }, standingIn(item?.[attribute]), nowSeconds),
  )

// By the place, which is known also of what cannot be read.
const own = [
  { attribute: stateTable.quarantine, kind: 'quarantine' },
  { attribute: stateTable.revoke, kind: 'revoke' },
] as const
const ownAttributes = own.map(({ attribute }) => attribute)

export async function listSubjects(table: Table, nowSeconds: number): Promise<Listed[]> {
  const keys = await notedSubjects(table, nowSeconds)
  const items = await table.readAll(keys, ownAttributes)
  return keys.flatMap(key => listOwn(key, items.get(key) ?? null, nowSeconds))
}

/** What cannot be read comes first, then the newest. */
export const inOrder = (listed: readonly Listed[]): Listed[] =>
  [...listed].sort(
    (a, b) => (b.control?.at ?? Number.POSITIVE_INFINITY) - (a.control?.at ?? Number.POSITIVE_INFINITY) || 0,
  )
