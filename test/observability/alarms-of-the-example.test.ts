import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { auditSchema } from '../../contract/audit-event.ts'
import { createAlarms } from '../../local/cloudwatch/alarms.ts'
import { embeddedMetrics } from '../../local/cloudwatch/embedded.ts'
import { createMetricStore, type MetricStore } from '../../local/cloudwatch/store.ts'
import { readApp } from '../../local/template/app.ts'
import { startDealDesk } from '../support/deal-desk.ts'

// What the example's functions really write while it is called, under its own alarms. Time alone is made up: what happens here in less than
// a second counts as a minute.

const minuteMs = 60_000
const begin = 20_780 * 1440

let desk: Awaited<ReturnType<typeof startDealDesk>>
let tokens: string[]
const { alarms: definitions, streams } = readApp(inject('dealDesk')).watched
const [stream] = streams.values()

beforeAll(async () => {
  desk = await startDealDesk()
  // A user has 60 requests in a minute.
  tokens = await Promise.all(
    Array.from({ length: 20 }, (_, i) => desk.mint({ scope: 'deals:read', subject: `user-${i}` })),
  )
})
afterAll(() => desk.close())

/** One minute: so many requests of usual callers, and so many with tokens that are none. */
async function minute(store: MetricStore, at: number, usual: number, tried: number): Promise<void> {
  const before = desk.logs.length
  const made = (i: number) => `e30.${Buffer.from(`${at} ${i}`).toString('base64url')}.e30`
  const answers = await Promise.all([
    ...Array.from({ length: usual }, (_, i) => desk.call('/deals', { token: tokens[i % 20] as string })),
    ...Array.from({ length: tried }, (_, i) => desk.call('/deals', { token: made(i) })),
  ])
  const timestamp = at * minuteMs
  const entries = desk.logs.slice(before).flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
  for (const datum of entries.flatMap(embeddedMetrics)) store.put({ ...datum, timestamp })
  const events = entries.filter(({ class_uid }) => class_uid === auditSchema.classUid).length
  const firehose = {
    namespace: 'AWS/Firehose',
    dimensions: { DeliveryStreamName: String(stream) },
    timestamp,
  }
  if (events > 0) store.put({ ...firehose, name: 'IncomingRecords', values: [events] })
  const stage = { namespace: 'AWS/ApiGateway', dimensions: { ApiName: 'Api', Stage: 'live' }, timestamp }
  store.put({ ...stage, name: 'Count', values: [answers.length] })
  store.put({ ...stage, name: '5XXError', values: [answers.filter(({ status }) => status >= 500).length] })
}

/** Ten usual minutes, then eight of something else: the pages that come, and the alarms. */
async function played(other: (store: MetricStore, at: number) => Promise<void>) {
  const store = createMetricStore({
    now: () => (begin + 30) * minuteMs,
    keepMs: 60 * minuteMs,
    resolutionMs: minuteMs,
  })
  const alarms = createAlarms({ definitions, metrics: store, createdAt: begin * minuteMs })
  const fired: string[] = []
  const pages: string[] = []
  for (let at = begin; at < begin + 18; at += 1) {
    await (at < begin + 10 ? minute(store, at, 8, 0) : other(store, at))
    for (const { name, to, actions } of alarms.evaluate((at + 1) * minuteMs)) {
      if (to !== 'ALARM') continue
      fired.push(
        `${at - begin - 9} ${name.replace(/^\w*-Alarms(-[0-9A-F]{8}-)?/, '').replace(/[0-9A-F]{8}$/, '')}`,
      )
      if (actions.length > 0) pages.push(fired.at(-1) as string)
    }
  }
  return { fired, pages }
}

it('a brute-force attempt is one page, Security, after five minutes of it', async () => {
  const { pages } = await played((store, at) => minute(store, at, 8, 32))
  expect(pages).toEqual(['5 Security'])
})

// The last: its breaker is open then, in the time that is.
it('an outage of the CRM is one page, Service', async () => {
  const { fired, pages } = await played(async (store, at) => {
    desk.upstream.answerWith(async () => ({ status: 503 }))
    await minute(store, at, 12, 0)
  })
  desk.upstream.answerWith(async () => ({}))
  expect(pages).toEqual([expect.stringMatching(/^[1-3] Service$/)])
  expect(fired.join()).toMatch(/UpstreamErrorsCrm/)
})
