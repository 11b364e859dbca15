import { oneMinute, someMinutes, type Together, type Watcher } from './watch.ts'

/** The key sets of issuers. For an hour the first door goes by the keys it has; then nobody gets in. */
export function keySetAlarms(watcher: Watcher): Together[] {
  if (!watcher.has('keySets')) return []
  const first =
    'look at the security dashboard, “Key sets”; the first door’s log names the issuer. Then fetch its key set yourself.'
  const fetches = watcher.watch(
    'KeyFetchFailures',
    watcher.api.metricKeyFetchFailures({ period: oneMinute }),
    {
      means: 'the key set of an issuer cannot be had. Callers notice once the keys at hand are an hour old.',
      first,
      section: 'keySets',
      threshold: 1,
      ...someMinutes,
    },
  )
  const stale = watcher.watch('StaleKeys', watcher.api.metricStaleKeys({ period: oneMinute }), {
    means:
      'tokens are checked with keys that are overdue: a key that was withdrawn still counts, and within the hour nobody gets in.',
    first,
    section: 'keySets',
    threshold: 1,
    ...someMinutes,
  })
  return [[fetches], [stale]]
}
