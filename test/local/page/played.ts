import { type AuditEvent, auditSchema } from '../../../contract/audit-event.ts'
import type { AlarmStatus, WidgetResult } from '../../../local/cloudwatch/status.ts'
import type { AccessSummary } from '../../../local/gateway/rest-api.ts'
import type { PageCloudWatch } from '../../../local/page/widgets.ts'

const about = { view: 'timeSeries', stacked: false, horizontal: [], vertical: [], errors: [] } as const

/** CloudWatch as the page meets it: a dashboard with a widget of each kind, and two alarms that a test changes. */
export function playedCloudWatch() {
  const widgets: ReadonlyArray<readonly [type: string, title: string, result: WidgetResult]> = [
    [
      'text',
      '',
      {
        kind: 'text',
        markdown:
          '# Deal desk\nTraffic <b>x</b> ![i](https://elsewhere.example/i.png) [button:primary:Docs](https://docs.example/)',
      },
    ],
    [
      'metric',
      'Traffic',
      { kind: 'metric', ...about, series: [], horizontal: [{ label: 'limit', value: 9 }] },
    ],
    ['metric', 'Stacked', { kind: 'metric', ...about, stacked: true, series: [] }],
    ['metric', 'Number', { kind: 'metric', ...about, view: 'singleValue', series: [] }],
    ['metric', 'Pie', { kind: 'metric', ...about, view: 'pie', series: [] }],
    ['metric', 'Table', { kind: 'metric', ...about, view: 'table', series: [] }],
    ['alarm', 'Alarms', { kind: 'alarms', alarms: [] }],
    [
      'insightRule',
      'Top denied callers',
      {
        kind: 'contributors',
        rule: 'r',
        keys: ['ip'],
        aggregate: 'Count',
        contributors: [],
        uniqueContributors: 0,
      },
    ],
    ['metric', 'Broken', { kind: 'error', error: 'no function FOO' }],
  ]
  let alarms: AlarmStatus[] = ['Brute force', 'Upstream down'].map(name => ({
    name,
    arn: `arn:aws:cloudwatch:eu-west-1:1:alarm:${name}`,
    kind: 'metric',
    description: 'Somebody is to look.',
    state: 'OK',
    since: 0,
    reason: 'below its threshold',
  }))
  const asked: Array<{ index: number; periodMs: number | undefined }> = []
  const cloudWatch: PageCloudWatch = {
    dashboards: () => [
      {
        name: 'Overview',
        widgets: widgets.map(([type, title], index) => ({
          index,
          type,
          title,
          x: (index % 2) * 12,
          y: index === 0 ? 0 : Math.ceil(index / 2) * 5 - 3,
          width: 12,
          height: index === 0 ? 2 : 5,
        })),
      },
    ],
    widget(_dashboard, index, { from, to, periodMs = 60_000 }) {
      asked.push({ index, periodMs })
      const result = widgets[index]?.[2] ?? { kind: 'error', error: 'none' }
      if (result.kind === 'contributors')
        return {
          ...result,
          contributors: [{ keys: ['192.0.2.1'], total: 7, series: series('a', from, to, periodMs) }],
        }
      if (result.kind !== 'metric') return result
      return {
        ...result,
        series: [
          { ...series('GET /deals', from, to, periodMs), yAxis: 'left' },
          { ...series('POST /deals', from, to, periodMs * 2), yAxis: 'left', color: '#d62728' },
        ],
      }
    },
    alarms: () => alarms,
  }
  return {
    cloudWatch,
    /** What widgets were asked for. */
    asked,
    raise(name: string) {
      alarms = alarms.map(alarm =>
        alarm.name === name ? { ...alarm, state: 'ALARM', since: Date.now(), reason: '12 > 5' } : alarm,
      )
    },
  }
}

function series(label: string, from: number, to: number, periodMs: number) {
  const start = Math.floor(from / periodMs) * periodMs
  const grid = { from: start, periodMs, count: Math.ceil((to - start) / periodMs) }
  const values = Array.from({ length: grid.count }, (_, at) =>
    Math.round(4 + 4 * Math.sin((start / periodMs + at) / 6)),
  )
  return { label, grid, values }
}

/** An answered request. */
export const summaryOf = (requestId: string, more: Partial<AccessSummary> = {}): AccessSummary => ({
  method: 'GET',
  path: '/deals',
  status: 200,
  latencyMs: 12.4,
  resourcePath: '/deals',
  extendedRequestId: requestId,
  ...more,
})

/** The line that a door writes of it. */
export const eventLine = (requestId: string, more: Partial<AuditEvent> = {}): string =>
  JSON.stringify({
    activity_id: 2,
    activity_name: 'Read',
    category_uid: auditSchema.categoryUid,
    class_uid: auditSchema.classUid,
    type_uid: 600302,
    severity_id: 1,
    time: 0,
    duration: 9,
    status_id: 1,
    status_code: '200',
    action_id: 1,
    disposition_id: 1,
    metadata: {
      version: auditSchema.version,
      profiles: [auditSchema.profile],
      product: { name: 'Sallyport', vendor_name: 'Sallyport' },
      uid: 'instance-1',
      sequence: 1,
      log_name: 'Crm',
    },
    api: {
      operation: 'GET /deals',
      service: { name: 'Api' },
      request: { uid: requestId },
      response: { code: 200 },
    },
    actor: {
      app_name: 'web',
      user: { uid: 'hash-of-subject', type_id: 1 },
      session: { uid: 'hash-of-token', issuer: 'https://login.example.com' },
    },
    src_endpoint: { ip: '192.0.2.7' },
    dst_endpoint: { name: 'Crm' },
    http_request: { http_method: 'GET' },
    http_response: { code: 200 },
    unmapped: { previous: '', upstream_latency: 6, stripped: { query: 1 } },
    ...(more.status_detail !== undefined && { action_id: 2, disposition_id: 2, severity_id: 2 }),
    ...more,
  } satisfies AuditEvent)
