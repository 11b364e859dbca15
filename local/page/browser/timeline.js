import { h } from './dom.js'
import { color, whenTheme } from './theme.js'

const seconds = 300
const bars = 100

/** The last five minutes of decisions, as small bars: allowed below, then denied, then errors. Says by its shape what the list says line by line. */
export function timeline() {
  const canvas = h('canvas', { height: '36', 'aria-hidden': 'true' })
  const element = h('div', { class: 'timeline', title: 'Decisions of the last five minutes' }, canvas)
  /** @type {Array<import('../feed.ts').PageDecision>} */
  let decisions = []
  function draw() {
    const ratio = devicePixelRatio || 1
    const width = element.clientWidth
    if (width === 0) return
    canvas.width = width * ratio
    canvas.height = 36 * ratio
    const context = canvas.getContext('2d')
    if (!context) return
    context.scale(ratio, ratio)
    const each = (seconds * 1000) / bars
    const now = Math.ceil(Date.now() / each) * each
    const counts = Array.from({ length: bars }, () => ({ allowed: 0, denied: 0, error: 0 }))
    for (const { time, decision } of decisions) {
      const bar = counts[bars - 1 - Math.floor((now - time) / each)]
      if (bar) bar[decision] += 1
    }
    const most = Math.max(4, ...counts.map(bar => bar.allowed + bar.denied + bar.error))
    const step = width / bars
    context.fillStyle = color('line')
    context.fillRect(0, 35, width, 1)
    for (const [index, bar] of counts.entries()) {
      let bottom = 35
      for (const kind of /** @type {const} */ (['allowed', 'denied', 'error'])) {
        const height = (bar[kind] / most) * 24
        context.fillStyle = color(`${kind}-bar`)
        context.fillRect(index * step + 1, bottom - height, Math.max(1, step - 2), height)
        bottom -= height
      }
    }
  }
  whenTheme(draw)
  setInterval(draw, 3000)
  new ResizeObserver(draw).observe(element)
  return {
    element,
    resize: draw,
    /** @param {typeof decisions} next */
    update(next) {
      decisions = next
      draw()
    },
  }
}
