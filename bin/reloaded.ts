import { isDeepStrictEqual } from 'node:util'
import type { Policies } from '../local/policies.ts'

/** What another synthesis changed, in a few words: `+ GET /added, − GET /old, changed: GET /deals`. */
export function describeReload(before: Policies, after: Policies): string {
  const was = rulesOf(before)
  const is = rulesOf(after)
  const added = [...is.keys()].filter(key => !was.has(key))
  const removed = [...was.keys()].filter(key => !is.has(key))
  const changed = [...is.keys()].filter(key => was.has(key) && !isDeepStrictEqual(was.get(key), is.get(key)))
  const parts = [
    ...(added.length > 0 ? [`+ ${few(added)}`] : []),
    ...(removed.length > 0 ? [`− ${few(removed)}`] : []),
    ...(changed.length > 0 ? [`changed: ${few(changed)}`] : []),
    ...(isDeepStrictEqual(before.issuers, after.issuers) ? [] : ['issuers changed']),
  ]
  return parts.join('; ') || 'routes, access and limits as before'
}

/** What is declared of each route, without the hash of it that also covers the issuers. */
function rulesOf({ authorizer, gates, issuers }: Policies): Map<string, unknown> {
  const asked = (key: string) => {
    const access = authorizer?.routes[key]
    if (!access) return undefined
    // By name: their places are others as soon as one is declared before them.
    const names = access.issuers.map(place => issuers[place]?.issuer)
    return { ...access, issuers: names.length === issuers.length ? 'all' : names, fingerprint: null }
  }
  return new Map(
    gates.flatMap(({ routes, upstream }) =>
      Object.entries(routes).map(([key, route]) => [
        key,
        [upstream, { ...route, access: { ...route.access, fingerprint: null } }, asked(key)],
      ]),
    ),
  )
}

const few = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
