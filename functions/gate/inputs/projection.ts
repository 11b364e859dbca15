import type { Projection } from '../../../contract/gate-manifest.ts'
import { escapePointer } from '../../../contract/json-pointer.ts'

/**
 * Told of each member that is left behind; its JSON Pointer (RFC 6901) is made when it is asked for. A body can have a hundred
 * thousand of them below a name of as many letters.
 */
export type OnUndeclared = (pointer: () => string) => void

const silently: OnUndeclared = () => {}

/** A copy of a JSON value that holds its declared members only, at every depth. */
export const project = (
  value: unknown,
  declared: Projection,
  onUndeclared: OnUndeclared = silently,
): unknown => copy(value, declared, onUndeclared, [])

/** @param at the way here; a pointer is only made of it where there is something to tell */
function copy(
  value: unknown,
  declared: Projection,
  onUndeclared: OnUndeclared,
  at: Array<string | number>,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { items, members, others } = declared
  if (Array.isArray(value)) {
    return items ? value.map((item, i) => copyWithin(item, items, onUndeclared, at, i)) : value
  }
  // No word for objects here: kept whole for the validator, whose schema does not admit one.
  if (!members && !others) return value
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const known = members && Object.hasOwn(members, name) ? members[name] : others
    // `__proto__` is never a member, not even of a map: it would be one only until the next assignment.
    if (known && name !== '__proto__') {
      kept[name] = copyWithin((value as Record<string, unknown>)[name], known, onUndeclared, at, name)
    } else onUndeclared(() => pointerTo([...at, name]))
  }
  return kept
}

function copyWithin(
  value: unknown,
  declared: Projection,
  onUndeclared: OnUndeclared,
  at: Array<string | number>,
  step: string | number,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  at.push(step)
  const copied = copy(value, declared, onUndeclared, at)
  at.pop()
  return copied
}

// Longer ones are cut anyway where they are shown.
const longestStep = 200

/** RFC 6901 §3. */
export const pointerTo = (path: readonly (string | number)[]): string =>
  path.map(step => `/${escapePointer(String(step).slice(0, longestStep))}`).join('')

/** Whether what stands at a place of a JSON value is declared. */
export function isDeclaredAt(place: readonly (string | number)[], declared: Projection): boolean {
  let here: Projection | undefined = declared
  for (const step of place) {
    if (!here) return false
    if (typeof step === 'number') here = here.items ?? {}
    else if (here.members && Object.hasOwn(here.members, step)) here = here.members[step]
    else if (here.members || here.others) here = here.others
    else return true // kept whole, see above
  }
  return here !== undefined
}
