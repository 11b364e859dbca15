import type { Projection } from '../../../contract/manifest.ts'

/** A copy of a JSON value that holds its declared members only, at every depth. */
export function project(value: unknown, declared: Projection): unknown {
  if (Array.isArray(value)) {
    const { items } = declared
    return items ? value.map(item => project(item, items)) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const { members, others } = declared
  // No word for objects here: kept whole for the validator, whose schema does not admit one.
  if (!members && !others) return value
  const kept: Array<[string, unknown]> = []
  for (const [name, member] of Object.entries(value)) {
    const known = members && Object.hasOwn(members, name) ? members[name] : others
    // `__proto__` is never a member, not even of a map: it would be one only until the next assignment.
    if (known && name !== '__proto__') kept.push([name, project(member, known)])
  }
  return Object.fromEntries(kept)
}
