import { type AuditEvent, auditSchema } from '../../contract/audit-event.ts'
import { readAuditEvent } from '../../contract/read-audit-event.ts'
import type { AccessSummary } from '../gateway/rest-api.ts'
import { refusalOf } from '../refusal.ts'

/** One answered request as the page lists it: what API Gateway saw of it, and what a door wrote into the audit trail. */
export interface PageDecision {
  /** Counts from 1; a later version of the same decision has the same. */
  readonly id: number
  /** Milliseconds since the epoch, when it was answered. */
  readonly time: number
  readonly method: string
  /** As sent, without its query; at most 200 characters. */
  readonly path: string
  /** Template of the route that it matched, with its method; null where none did. */
  readonly route: string | null
  /** A hash of who called; null where no audit event says. */
  readonly principal: string | null
  /** `error`: a 5xx, whoever it came from. */
  readonly decision: 'allowed' | 'denied' | 'error'
  /** Reason code of a door, or `gateway: …`; empty where nobody refused it. */
  readonly reason: string
  /** Names that the reason is about: `query limit`. */
  readonly about: string
  readonly status: number
  readonly latencyMs: number
  /** What functions and the access log know it by. */
  readonly requestId: string
  readonly event: AuditEvent | null
  /** Why there is no event. */
  readonly unaudited: 'no-trail' | 'gateway' | 'cached' | 'preflight' | 'too-long' | null
}

/** The latest decisions, oldest first. */
export interface Feed {
  /** Takes in an answered request. */
  readonly answered: (summary: AccessSummary) => void
  /** Takes in a line that a function wrote. */
  readonly logged: (line: string) => void
  readonly decisions: () => readonly PageDecision[]
  /** Calls `onDecision` with each new or completed decision, until the returned function is called. */
  readonly listen: (onDecision: (decision: PageDecision) => void) => () => void
}

interface FeedOptions {
  readonly now: () => number
  /** How many decisions, and how many events that wait for theirs. @default 1000 */
  readonly keptMax?: number
}

const eventCharactersMax = 16_384

/** Joins access summaries with audit events by `extendedRequestId`, whichever comes first. */
export function createFeed({ now, keptMax = 1000 }: FeedOptions): Feed {
  const decisions = new Map<string, PageDecision>()
  const early = new Map<string, AuditEvent | 'too-long'>()
  const listeners = new Set<(decision: PageDecision) => void>()
  let count = 0
  let sawEvent = false

  const keep = (decision: PageDecision) => {
    put(decisions, decision.requestId, decision, keptMax)
    for (const tell of listeners) tell(decision)
  }
  return {
    answered(summary) {
      const { extendedRequestId: requestId, method, path, status, latencyMs, resourcePath } = summary
      const [reason = '', about = ''] = split(refusalOf(summary))
      count += 1
      const event = early.get(requestId)
      early.delete(requestId)
      keep(
        withEvent(
          {
            id: count,
            time: now(),
            method,
            path: path.slice(0, 200),
            route: resourcePath && `${method} ${resourcePath}`,
            principal: null,
            decision: verdictOf(status, reason !== ''),
            reason,
            about,
            status,
            latencyMs: Math.round(latencyMs),
            requestId,
            event: null,
            unaudited: unauditedBecause(summary, sawEvent),
          },
          event,
        ),
      )
    },
    logged(line) {
      // Most lines are something else, and not worth parsing.
      if (!line.includes(`"class_uid":${auditSchema.classUid}`)) return
      const event = readEvent(line)
      if (!event) return
      sawEvent = true
      const requestId = event.api.request.uid
      const kept = line.length > eventCharactersMax ? 'too-long' : event
      const decision = decisions.get(requestId)
      // A door writes one. Whoever learned the id of a request, as callers do, could have a function log another.
      if (decision?.event || early.has(requestId)) return
      // API Gateway's patience ends before a function's: then the answer is first.
      if (decision) keep(withEvent(decision, kept))
      else put(early, requestId, kept, keptMax)
    },
    decisions: () => [...decisions.values()],
    listen(onDecision) {
      listeners.add(onDecision)
      return () => {
        listeners.delete(onDecision)
      }
    },
  }
}

const verdictOf = (status: number, isRefused: boolean): PageDecision['decision'] =>
  status >= 500 ? 'error' : isRefused ? 'denied' : 'allowed'

function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > max && oldest !== undefined) map.delete(oldest)
}

function withEvent(decision: PageDecision, event: AuditEvent | 'too-long' | undefined): PageDecision {
  if (event === undefined) return decision
  if (event === 'too-long') return { ...decision, unaudited: 'too-long' }
  return {
    ...decision,
    event,
    unaudited: null,
    principal: event.actor.user.uid ?? null,
    // A door's no whose log line of the other kind was missing.
    ...(event.status_detail !== undefined &&
      decision.reason === '' && { reason: event.status_detail, decision: verdictOf(decision.status, true) }),
  }
}

function unauditedBecause(
  { method, reason, gatewayResponse }: AccessSummary,
  hasTrail: boolean,
): PageDecision['unaudited'] {
  if (method === 'OPTIONS') return 'preflight'
  if (gatewayResponse && !reason) return 'gateway'
  // The first door's words, and no event of its own: API Gateway remembered them.
  return gatewayResponse && hasTrail ? 'cached' : 'no-trail'
}

/** A door's words: the code, and what it is about. The gateway's are one sentence. */
const split = (words: string): string[] =>
  words.startsWith('gateway: ') ? [words] : (/^(\S*) ?(.*)$/s.exec(words)?.slice(1) ?? [])

/** As it is read of a trail: a function of the user's own may log what a caller sent. */
function readEvent(line: string): AuditEvent | undefined {
  try {
    return readAuditEvent(JSON.parse(line))
  } catch {
    return undefined
  }
}
