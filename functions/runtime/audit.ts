import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import {
  type AuditActivity,
  type AuditEvent,
  auditActivities,
  auditActivityOf,
  auditSchema,
} from '../../contract/audit-event.ts'
import type { Deny, FieldError, SurplusPlace } from '../../contract/decision.ts'
import type { BodyManifest } from '../../contract/gate-manifest.ts'
import { pointerSegments } from '../../contract/json-pointer.ts'
import { reasonOf } from '../../contract/reasons.ts'
import { type Method, methods } from '../../contract/route.ts'
import { declaredPlace } from './declared-place.ts'
import { onFirstUse } from './on-first-use.ts'
import { Recent } from './recent.ts'

/** What one decision was made of. Of what callers sent there is nothing in it but names and what identifies them. */
export interface AuditFacts {
  /** `authorizer`, or the gate's id. */
  readonly door: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly durationMs: number
  /** A route's key, or `undeclared`. */
  readonly route: string
  readonly method: string
  /** `extendedRequestId`. */
  readonly requestId: string
  readonly status: number
  readonly denial: Deny | undefined
  readonly principal: AuditPrincipal | undefined
  readonly sourceIp: string
  readonly fingerprint: string | undefined
  readonly upstreamMs: number | undefined
  readonly stripped: ReadonlyArray<{
    readonly place: SurplusPlace
    readonly count: number
    readonly names?: readonly string[]
  }>
  /** What the route declares of a body: which names in it are ours. Without it, no member of a body is named. */
  readonly body?: BodyManifest | null
}

/** A ticket is one. */
export interface AuditPrincipal {
  readonly issuer: string
  readonly subject: string
  readonly client: string
  /** `jti`; empty where the token has none. */
  readonly tokenId: string
}

/** Writes events of one instance, numbered and chained. */
export interface Audit {
  /** The next line of this instance, without its end. */
  readonly line: (facts: AuditFacts) => string
}

interface AuditOptions {
  /** The API's id. */
  readonly api: string
  /** What subjects and token ids are hashed with: 32 characters or more. */
  readonly key: string | undefined
  /** That many random bytes. @default - those of Node */
  readonly random?: (size: number) => Buffer
}

// RFC 2104 §3: no shorter than what the hash gives.
const shortestKey = 32
const mostHashes = 2000
const product = { name: 'Sallyport', vendor_name: 'Sallyport' } as const
const profiles = [auditSchema.profile] as const
const unknownSource = { name: 'unknown' } as const
const anonymous = { user: { name: 'anonymous', type_id: 0 } } as const

/**
 * Opens the audit trail of one instance. Throws without a key that can keep subjects from being guessed, also where the reference to it was
 * deployed as it is written.
 */
export function createAudit({ api, key, random = size => randomBytes(size) }: AuditOptions): Audit {
  if (!key || key.length < shortestKey || key.startsWith('{{'))
    throw new Error('environment variable AUDIT_KEY is not set')
  // With the first line: what is restored from a snapshot would number its lines as another does.
  let instance = ''
  const pseudonym = createPseudonyms(key)
  const service = { name: api }
  let sequence = 0
  let previous = ''

  const actorOf = ({ issuer, subject, client, tokenId }: AuditPrincipal): AuditEvent['actor'] => ({
    app_name: client || undefined,
    user: { uid: pseudonym(issuer, subject), type_id: 1 },
    session: { uid: tokenId ? pseudonym(issuer, tokenId) : undefined, issuer },
  })

  return {
    line: facts => {
      const { door, denial, status, principal, fingerprint } = facts
      const activity = activityOf(facts.method)
      const verdict = denial ? 2 : 1
      const number = sequence + 1
      instance ||= random(12).toString('hex')
      // JSON leaves out members that are undefined. To spread those that are there would take a tenth of what all of the telemetry takes.
      const event: AuditEvent = {
        activity_id: activity,
        activity_name: auditActivities[activity],
        category_uid: auditSchema.categoryUid,
        class_uid: auditSchema.classUid,
        type_uid: auditSchema.classUid * 100 + activity,
        severity_id: denial ? severityOf(denial) : 1,
        time: whole(facts.time),
        duration: whole(facts.durationMs),
        status_id: status < 400 ? 1 : 2,
        status_code: String(status),
        status_detail: denial?.reason,
        action_id: verdict,
        disposition_id: verdict,
        policy: fingerprint ? { uid: fingerprint } : undefined,
        metadata: {
          version: auditSchema.version,
          profiles,
          product,
          uid: `${instance}-${number}`,
          sequence: number,
          log_name: door,
        },
        api: {
          operation: facts.route,
          service,
          request: { uid: facts.requestId },
          response: { code: status },
        },
        actor: principal ? actorOf(principal) : anonymous,
        src_endpoint: sourceOf(facts.sourceIp),
        dst_endpoint: door === 'authorizer' ? undefined : { name: door },
        http_request: { http_method: isMethod(facts.method) ? facts.method : undefined },
        http_response: { code: status },
        unmapped: unmappedOf(facts, previous),
      }
      const line = JSON.stringify(event)
      // Both or neither: a line that could not be made is no gap.
      sequence = number
      previous = hash('sha256', line, 'base64url')
      return line
    },
  }
}

/**
 * Whom a name stands for, without saying it: the first 128 bits of HMAC-SHA-256, in base64url. Those of callers who come again are kept.
 */
function createPseudonyms(key: string): (issuer: string, name: string) => string {
  const secret = onFirstUse(() => createSecretKey(key, 'utf8'))
  const known = new Recent<string>(mostHashes)
  return (issuer, name) => {
    const input = `${issuer}\0${name}`
    const earlier = known.get(input)
    if (earlier) return earlier
    const made = createHmac('sha256', secret()).update(input).digest().toString('base64url', 0, 16)
    known.set(input, made)
    return made
  }
}

function unmappedOf(
  { upstreamMs, stripped, denial, body }: AuditFacts,
  previous: string,
): AuditEvent['unmapped'] {
  const isStripped = stripped.length > 0
  const names = isStripped
    ? stripped.flatMap(({ place, names = [] }) => names.map(name => `${place} ${name}`))
    : []
  return {
    previous,
    upstream_latency: upstreamMs === undefined ? undefined : whole(upstreamMs),
    stripped: isStripped ? Object.fromEntries(stripped.map(({ place, count }) => [place, count])) : undefined,
    stripped_names: names.length > 0 ? names : undefined,
    refused: denial?.fields && refusedOf(denial, denial.fields, body),
  }
}

function refusedOf(
  { reason }: Deny,
  fields: readonly FieldError[],
  body: AuditFacts['body'],
): readonly string[] {
  // What is not declared is named by its sender.
  const named = reason === 'input.undeclared' ? [] : fields
  const places = named.map(({ in: place, name }) =>
    place === 'body' ? bodyPlace(name, body) : `${place} ${name}`,
  )
  return [...new Set(named === fields ? places : fields.map(field => field.in))]
}

function bodyPlace(pointer: string, body: AuditFacts['body']): string {
  const place =
    body?.kind === 'json'
      ? declaredPlace(body.projection, pointerSegments(pointer))
      : body?.kind === 'form'
        ? pointer
        : ''
  return place ? `body ${place}` : 'body'
}

function severityOf({ reason }: Deny): AuditEvent['severity_id'] {
  const { owner, pages } = reasonOf(reason)
  return pages ? 4 : owner === 'client' ? 2 : 3
}

const isMethod = (method: string): method is Method => (methods as readonly string[]).includes(method)
const activityOf = (method: string): AuditActivity => (isMethod(method) ? auditActivityOf[method] : 99)

/** Longest in OCSF. An IPv6 address with leading zeros and an IPv4 one at its end is longer (RFC 4291 §2.2). */
const longestIp = 40

// A zone can be any text.
const sourceOf = (address: string): AuditEvent['src_endpoint'] =>
  isIP(address) !== 0 && !address.includes('%') ? { ip: shortened(address) } : unknownSource

/** As WHATWG URL §3.5 writes it, where that is needed. */
const shortened = (address: string): string =>
  address.length > longestIp ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address

/** What a clock that was set back makes negative is 0. */
const whole = (number: number): number => Math.max(0, Math.round(number)) || 0
