/** A question that is ready to be asked of a trail. */
export interface AuditQuery {
  readonly name: string
  readonly description: string
  /** Where there is a `?`, Athena asks for a value, in this order. */
  readonly sql: string
}

/** @param table `"database"."table"` */
export const auditQueries = (table: string): Readonly<Record<string, AuditQuery>> => ({
  DenialsByDay: {
    name: 'Denials by day',
    description: 'Who was denied most, and why, on each of the last seven days.',
    sql: `SELECT eventday,
  coalesce(actor.user.uid, src_endpoint.ip, src_endpoint.name) AS who,
  actor.session.issuer AS issuer,
  status_detail AS reason,
  count(DISTINCT metadata.uid) AS denials
FROM ${table}
WHERE class_uid = 6003
  AND action_id = 2
  AND eventday >= date_format(current_date - interval '7' day, '%Y%m%d')
GROUP BY 1, 2, 3, 4
ORDER BY eventday DESC, denials DESC
LIMIT 1000`,
  },
  OfSubject: {
    name: 'All that one subject did',
    description:
      'Values, as texts in quotes: the subject’s hash, the first day and the last (20260131). How to make the hash: docs/audit-event.md.',
    sql: `SELECT from_unixtime(time / 1000) AS happened,
  api.operation AS route,
  http_request.http_method AS method,
  status_code AS status,
  status_detail AS reason,
  src_endpoint.ip AS ip,
  api.request.uid AS request,
  metadata.uid AS event
FROM ${table}
WHERE class_uid = 6003
  AND actor.user.uid = ?
  AND eventday BETWEEN ? AND ?
ORDER BY time`,
  },
  OfRequestOrRoute: {
    name: 'One request, or one route, between two times',
    description:
      'Values, as texts in quotes: a request id or a route, the first day and the last (20260131), the first time and the last (2026-01-31T08:00:00Z). An event may lie in the next day’s partition.',
    sql: `SELECT from_unixtime(time / 1000) AS happened,
  api.operation AS route,
  http_request.http_method AS method,
  status_code AS status,
  status_detail AS reason,
  actor.user.uid AS subject,
  src_endpoint.ip AS ip,
  api.request.uid AS request,
  duration,
  metadata.uid AS event
FROM ${table}
WHERE class_uid = 6003
  AND ? IN (api.request.uid, api.operation)
  AND eventday BETWEEN ? AND ?
  AND from_unixtime(time / 1000) BETWEEN from_iso8601_timestamp(?) AND from_iso8601_timestamp(?)
ORDER BY time`,
  },
})
