/**
 * @typedef {import('../feed.ts').PageDecision} Decision
 * @typedef {{ q: string, decision: string, route: string, reason: string, method: string }} Filter empty: any
 */

/** @type {Readonly<Filter>} */
export const noFilter = Object.freeze({ q: '', decision: '', route: '', reason: '', method: '' })

/**
 * @param {URLSearchParams} query
 * @returns {Filter}
 */
export function readFilter(query) {
  const filter = { ...noFilter }
  for (const name of /** @type {Array<keyof Filter>} */ (Object.keys(filter)))
    filter[name] = query.get(name) ?? ''
  return filter
}

/**
 * @param {Filter} filter
 * @returns {URLSearchParams} with what is set alone
 */
export function writeFilter(filter) {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''))
}

/** What the list shows as a decision's route: requests that met none have their path. @param {Decision} decision */
export const routeOf = ({ route }) => route ?? 'undeclared'

/**
 * @param {Decision} decision
 * @param {Filter} filter
 */
export function matches(decision, filter) {
  return (
    (filter.decision === '' || decision.decision === filter.decision) &&
    (filter.method === '' || decision.method === filter.method) &&
    (filter.route === '' || routeOf(decision) === filter.route) &&
    (filter.reason === '' || decision.reason === filter.reason) &&
    containsAll(decision, filter.q)
  )
}

/** Every word of the text, wherever it stands. @param {Decision} decision @param {string} text */
function containsAll(decision, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const { method, path, route, reason, about, principal, status, requestId, event } = decision
  const source = event && 'ip' in event.src_endpoint ? event.src_endpoint.ip : ''
  const all = [method, path, route, reason, about, principal, status, requestId, decision.decision, source]
    .join(' ')
    .toLowerCase()
  return words.every(word => all.includes(word))
}
