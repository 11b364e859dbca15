import { copyButton, h } from './dom.js'
import { clock } from './format.js'

/** @typedef {import('../feed.ts').PageDecision} Decision */

/** @type {Record<string, string>} */
const why = {
  'no-trail':
    'No door wrote an audit event of this request. An API that is given an AuditTrail writes one for each decision, and keeps it where nobody can change it: who called (issuer, client, and hashes of subject and token), from which address, under which policy, what was refused or left behind, by name.',
  gateway:
    'API Gateway refused this by itself, so it reached no function and there is no audit event of it. It is in the access log, under the id above.',
  cached:
    'API Gateway answered this from its cache of the first door’s answers, so the door was not asked again and there is no further audit event: see the earlier one of the same token and route.',
  preflight: 'A browser’s preflight is no decision about a caller, so there is no audit event of it.',
  'too-long': 'The audit event was written, and is too long to be kept for this page.',
}

/**
 * All that is known of one decision.
 *
 * @param {Decision} decision
 * @param {() => void} onClose
 */
export function detail(decision, onClose) {
  const { event, unaudited } = decision
  return h(
    'div',
    { class: 'detail-content' },
    h(
      'header',
      {},
      h('h2', { id: 'detail-title' }, decision.route ?? `${decision.method} ${decision.path}`),
      h('button', { type: 'button', class: 'quiet', onclick: onClose }, 'Close ', h('kbd', {}, 'Esc')),
    ),
    facts(decision),
    event
      ? h(
          'section',
          { 'aria-label': 'Audit event' },
          h(
            'div',
            { class: 'bar' },
            h('h3', {}, 'Audit event'),
            copyButton('event', () => JSON.stringify(event, null, 2)),
          ),
          h('pre', { class: 'json', tabindex: '0' }, ...highlighted(JSON.stringify(event, null, 2))),
        )
      : h('p', { class: 'note' }, why[unaudited ?? 'no-trail'] ?? ''),
  )
}

/** @param {Decision} decision */
function facts({ time, decision, status, path, method, reason, about, latencyMs, requestId, event }) {
  const session = event?.actor.session
  const upstreamMs = event?.unmapped.upstream_latency
  const stripped = Object.entries(event?.unmapped.stripped ?? {}).map(([place, count]) => `${count} ${place}`)
  /** @type {Array<[string, string | Node | undefined]>} */
  const all = [
    ['Decision', h('span', { class: `verdict ${decision}` }, decision)],
    ['Status', String(status)],
    ['Reason', reason ? h('code', {}, reason) : undefined],
    ['About', about],
    ['Time', clock(time, true)],
    ['Path, as sent', `${method} ${path}`],
    [
      'Latency',
      upstreamMs === undefined
        ? `${latencyMs} ms`
        : `${latencyMs} ms, of it the upstream ${Math.round(upstreamMs)} ms`,
    ],
    ['Issuer', session?.issuer],
    ['Principal', event?.actor.user.uid],
    ['Client', event?.actor.app_name],
    ['Source', event ? Object.values(event.src_endpoint)[0] : undefined],
    ['Door', event?.metadata.log_name],
    ['Left behind', stripped.join(', ')],
    ['Refused', event?.unmapped.refused?.join(', ')],
    ['Request id', h('code', {}, requestId)],
  ]
  return h(
    'dl',
    { class: 'facts' },
    ...all.flatMap(([name, value]) => (value ? [h('dt', {}, name), h('dd', {}, value)] : [])),
  )
}

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null|-?\d[\d.eE+-]*)\b/g

/** JSON with its names, texts and numbers in colours of their own. @param {string} json */
function highlighted(json) {
  /** @type {Array<Node | string>} */
  const parts = []
  let end = 0
  for (const match of json.matchAll(tokens)) {
    const [all, text, colon] = match
    parts.push(json.slice(end, match.index))
    if (text && colon) parts.push(h('span', { class: 'name' }, text), colon)
    else parts.push(h('span', { class: text ? 'text' : 'number' }, all))
    end = match.index + all.length
  }
  parts.push(json.slice(end))
  return parts
}
