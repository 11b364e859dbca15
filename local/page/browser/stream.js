/**
 * What the server tells by itself. A page that nobody looks at listens no more, and begins anew when it is seen:
 * a browser has few connections to one server.
 *
 * @param {Record<string, (data: any) => void>} handlers by name of the event
 * @param {(state: 'live' | 'connecting') => void} onState
 */
export function listen(handlers, onState) {
  /** @type {EventSource | undefined} */
  let source
  function follow() {
    if (document.visibilityState === 'hidden') {
      source?.close()
      source = undefined
      onState('connecting')
    } else if (!source) open()
  }
  function open() {
    source = new EventSource('/events')
    source.addEventListener('open', () => onState('live'))
    source.addEventListener('error', () => {
      onState('connecting')
      // What was no stream is not asked for again by the browser.
      if (source?.readyState === EventSource.CLOSED) {
        source = undefined
        setTimeout(follow, 2000)
      }
    })
    for (const [name, handle] of Object.entries(handlers))
      source.addEventListener(name, event => handle(JSON.parse(/** @type {MessageEvent} */ (event).data)))
  }
  document.addEventListener('visibilitychange', follow)
  follow()
}
