import { expression, oneMinute, someMinutes, type Together, type Watcher } from './watch.ts'

/** What counts requests and holds operators' orders. While it is down, routes answer 503, or let callers by uncounted, as they declare. */
export function storeAlarms(watcher: Watcher): Together[] {
  const { api } = watcher
  const { storeFailures, storeLatencyMs } = watcher.declared
  const requests = api.metricRequests()
  const first =
    'look at the overview dashboard, “State table”; then at the table’s throttles in DynamoDB, and at AWS Health for DynamoDB.'
  const alarms: Together[] = []
  if (watcher.has('storeFailures')) {
    const alarm = watcher.watch(
      'StoreFailures',
      expression('100 * failures / requests', { failures: api.metricStoreFailures(), requests }, oneMinute),
      {
        means: `the state table fails ${storeFailures} % of requests or more: limits and orders of operators are not seen to.`,
        first,
        section: 'storeFailures',
        threshold: storeFailures,
        ...someMinutes,
      },
    )
    alarms.push([alarm])
  }
  if (watcher.has('storeLatency')) {
    const alarm = watcher.watchLatency(
      'StoreLatency',
      { latency: api.metricStoreLatency(), requests, leastRequests: 20 },
      {
        means: `one request in ten waits longer than ${storeLatencyMs} ms for the state table. Next they fail.`,
        first,
        section: 'storeLatency',
        threshold: storeLatencyMs,
      },
    )
    alarms.push([alarm])
  }
  return alarms
}
