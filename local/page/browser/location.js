/**
 * Where in the page somebody is: `#/decisions?decision=denied`, `#/dashboards/Overview?range=300`, `#/alarms`.
 *
 * @typedef {{ view: string, name: string, query: URLSearchParams }} Place
 */

/** @returns {Place} */
export function readPlace() {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2)
  const [view = '', name = ''] = path.split('/', 2)
  return { view: view || 'decisions', name: decode(name), query: new URLSearchParams(query) }
}

/** A hash that somebody typed may be anything. @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * @param {string} view
 * @param {string} [name]
 * @param {URLSearchParams} [query]
 */
export function hashOf(view, name = '', query = new URLSearchParams()) {
  const path = name === '' ? view : `${view}/${encodeURIComponent(name)}`
  return query.size > 0 ? `#/${path}?${query}` : `#/${path}`
}

/** Changes what follows `?`, without a step in the history. @param {URLSearchParams} query */
export function replaceQuery(query) {
  const { view, name } = readPlace()
  history.replaceState(null, '', hashOf(view, name, query))
}
