import {
  type AuditActivity,
  type AuditEvent,
  auditActivities,
  auditActivityOf,
  auditSchema,
} from './audit-event.ts'
import type { SurplusPlace } from './decision.ts'
import { count, type Decoder, list, literal, ManifestError, partial, string, text } from './decode.ts'
import { methods } from './route.ts'

/**
 * Reads one event as functions write it. Throws a {@link ManifestError} that names the member for whatever is missing, unknown or at odds
 * with another: a trail is read by those who do not trust it.
 */
export function readAuditEvent(value: unknown): AuditEvent {
  const event = shape(value, 'event')
  const { activity_id: activity, metadata, api, http_response: response } = event
  const agrees = (holds: boolean, at: string, expected: string) => {
    if (!holds) throw new ManifestError(`event.${at}`, expected)
  }
  agrees(event.activity_name === auditActivities[activity], 'activity_name', 'the name of activity_id')
  const { http_method: method } = event.http_request
  agrees(
    activity === (method ? auditActivityOf[method] : 99),
    'activity_id',
    'that of http_request.http_method',
  )
  agrees((event.severity_id === 1) === (event.action_id === 1), 'severity_id', 'what action_id says')
  const { log_name: door } = metadata
  agrees(
    event.dst_endpoint?.name === (door === 'authorizer' ? undefined : door),
    'dst_endpoint',
    'the gate of metadata.log_name',
  )
  agrees(event.type_uid === auditSchema.classUid * 100 + activity, 'type_uid', 'class_uid and activity_id')
  agrees(event.disposition_id === event.action_id, 'disposition_id', 'what action_id says')
  agrees(
    (event.status_detail !== undefined) === (event.action_id === 2),
    'status_detail',
    'a reason for a no',
  )
  agrees(event.status_code === String(response.code), 'status_code', 'http_response.code')
  agrees(api.response.code === response.code, 'api.response.code', 'http_response.code')
  agrees(event.status_id === (response.code < 400 ? 1 : 2), 'status_id', 'what http_response.code says')
  const [, sequence] = /^.+-([1-9]\d*)$/.exec(metadata.uid) ?? []
  agrees(sequence === String(metadata.sequence), 'metadata.uid', 'an instance, and metadata.sequence')
  return event
}

type Members<T> = { readonly [K in keyof T]-?: Decoder<Exclude<T[K], undefined>> }
type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T] & string

/** Every member of `T` and no other; those that `T` may be without can be missing. */
const exactly =
  <T extends object>(members: Members<T>, optional: readonly Optional<T>[] = []): Decoder<T> =>
  (value, at) => {
    const read: Partial<T> = partial(members as Members<Record<string, unknown>>)(value, at) as Partial<T>
    for (const name of Object.keys(members) as (keyof T & string)[]) {
      // Its own decoder says what is missing.
      if (!Object.hasOwn(read, name) && !(optional as readonly string[]).includes(name))
        members[name](undefined, `${at}.${name}`)
    }
    return read as T
  }

const number =
  <const N extends number>(...allowed: readonly N[]): Decoder<N> =>
  (value, at) => {
    if (allowed.includes(value as N)) return value as N
    throw new ManifestError(at, `one of ${allowed.join(', ')}`)
  }

/** A list of exactly this. */
const only =
  <const T extends string>(item: T): Decoder<readonly [T]> =>
  (value, at) => {
    const [first, ...more] = list(literal(item))(value, at)
    if (first === undefined || more.length > 0) throw new ManifestError(at, `[${item}]`)
    return [first]
  }

/** By the one member that tells them apart. */
const either =
  <A, B>(member: string, first: Decoder<A>, second: Decoder<B>): Decoder<A | B> =>
  (value, at) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, member)
      ? first(value, at)
      : second(value, at)

const activities = Object.keys(auditActivities).map(Number) as AuditActivity[]
const code = exactly<{ readonly code: number }>({ code: count })
const named = exactly<{ readonly name: string }>({ name: text })
const user: Decoder<AuditEvent['actor']['user']> = either(
  'uid',
  exactly<{ readonly uid: string; readonly type_id: 1 }>({ uid: text, type_id: number(1) }),
  exactly<{ readonly name: string; readonly type_id: 0 }>({
    name: literal('anonymous'),
    type_id: number(0),
  }),
)
const stripped = partial({
  query: count,
  header: count,
  cookie: count,
  body: count,
  output: count,
} satisfies Record<SurplusPlace, typeof count>) as Decoder<Readonly<Record<string, number>>>

const shape = exactly<AuditEvent>(
  {
    activity_id: number(...activities),
    activity_name: literal(...Object.values(auditActivities)),
    category_uid: number(auditSchema.categoryUid),
    class_uid: number(auditSchema.classUid),
    type_uid: count,
    severity_id: number(1, 2, 3, 4),
    time: count,
    duration: count,
    status_id: number(1, 2),
    status_code: text,
    status_detail: text,
    action_id: number(1, 2),
    disposition_id: number(1, 2),
    policy: exactly<{ readonly uid: string }>({ uid: text }),
    metadata: exactly<AuditEvent['metadata']>({
      version: literal(auditSchema.version),
      profiles: only(auditSchema.profile),
      product: exactly<AuditEvent['metadata']['product']>({
        name: literal('Sallyport'),
        vendor_name: literal('Sallyport'),
      }),
      uid: text,
      sequence: count,
      log_name: text,
    }),
    api: exactly<AuditEvent['api']>({
      operation: text,
      service: named,
      request: exactly<{ readonly uid: string }>({ uid: string }),
      response: code,
    }),
    actor: exactly<AuditEvent['actor']>(
      {
        app_name: text,
        user,
        session: exactly<NonNullable<AuditEvent['actor']['session']>>({ uid: text, issuer: text }, ['uid']),
      },
      ['app_name', 'session'],
    ),
    src_endpoint: either(
      'ip',
      exactly<{ readonly ip: string }>({ ip: text }),
      exactly<{ readonly name: 'unknown' }>({ name: literal('unknown') }),
    ),
    dst_endpoint: named,
    http_request: exactly<AuditEvent['http_request']>({ http_method: literal(...methods) }, ['http_method']),
    http_response: code,
    unmapped: exactly<AuditEvent['unmapped']>(
      {
        previous: string,
        upstream_latency: count,
        stripped,
        stripped_names: list(string),
        refused: list(string),
      },
      ['upstream_latency', 'stripped', 'stripped_names', 'refused'],
    ),
  },
  ['status_detail', 'policy', 'dst_endpoint'],
)
