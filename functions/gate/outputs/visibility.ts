import type { Visibility } from '../../../contract/gate-manifest.ts'

/**
 * A copy of a value without the members that are for other viewers. After validation: a member that is required is required
 * of the upstream, whoever asks.
 */
export function hide(
  value: unknown,
  { items, members, others }: Visibility,
  viewers: readonly number[],
): unknown {
  if (Array.isArray(value)) return items ? value.map(item => hide(item, items, viewers)) : value
  if (typeof value !== 'object' || value === null || (!members && !others)) return value
  const seen: Record<string, unknown> = {}
  // Of a projected value: `__proto__` is no member of it.
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name]
    const rule = members && Object.hasOwn(members, name) ? members[name] : others
    if (!rule) seen[name] = member
    else if (rule.viewers === undefined || viewers.includes(rule.viewers)) {
      seen[name] = hide(member, rule, viewers)
    }
  }
  return seen
}
