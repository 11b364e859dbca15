import type { AuditEvent } from '../../contract/audit-event.ts'

/** Names of members, of a union those of each kind. */
type Names<T> = T extends unknown ? keyof T : never
type Member<T, Name> = T extends unknown ? (Name extends keyof T ? T[Name] : never) : never

type Column<T> = [T] extends [string]
  ? 'string'
  : [T] extends [number]
    ? 'int' | 'bigint'
    : [T] extends [readonly string[]]
      ? 'array<string>'
      : string extends keyof T
        ? 'map<string,int>'
        : Columns<T>

/** A column for each member of an event, whether or not all events have it: one too few or too many does not compile. */
type Columns<T> = { readonly [Name in Names<T>]: Column<Exclude<Member<T, Name>, undefined>> }

/** Types of Hive. https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
export const auditColumns: Columns<AuditEvent> = {
  activity_id: 'int',
  activity_name: 'string',
  category_uid: 'int',
  class_uid: 'int',
  type_uid: 'bigint',
  severity_id: 'int',
  time: 'bigint',
  duration: 'bigint',
  status_id: 'int',
  status_code: 'string',
  status_detail: 'string',
  action_id: 'int',
  disposition_id: 'int',
  policy: { uid: 'string' },
  metadata: {
    version: 'string',
    profiles: 'array<string>',
    product: { name: 'string', vendor_name: 'string' },
    uid: 'string',
    sequence: 'bigint',
    log_name: 'string',
  },
  api: {
    operation: 'string',
    service: { name: 'string' },
    request: { uid: 'string' },
    response: { code: 'int' },
  },
  actor: {
    app_name: 'string',
    user: { uid: 'string', name: 'string', type_id: 'int' },
    session: { uid: 'string', issuer: 'string' },
  },
  src_endpoint: { ip: 'string', name: 'string' },
  dst_endpoint: { name: 'string' },
  http_request: { http_method: 'string' },
  http_response: { code: 'int' },
  unmapped: {
    previous: 'string',
    upstream_latency: 'bigint',
    stripped: 'map<string,int>',
    stripped_names: 'array<string>',
    refused: 'array<string>',
  },
}

interface Struct {
  readonly [name: string]: string | Struct
}

/** `struct<uid:string,type_id:int>`, or the type as it is. */
export const hiveType = (column: string | Struct): string =>
  typeof column === 'string'
    ? column
    : `struct<${Object.entries(column)
        .map(([name, member]) => `${name}:${hiveType(member)}`)
        .join(',')}>`
