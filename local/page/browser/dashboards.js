import { h } from './dom.js'
import { span } from './format.js'
import { readPlace, replaceQuery } from './location.js'
import { createCard } from './widget.js'

/**
 * @typedef {import('../../cloudwatch/status.ts').AlarmStatus} Alarm
 * @typedef {import('./widget.js').Card} Card
 * @typedef {import('../widgets.ts').PageDashboard} Dashboard
 */

/** One dashboard at a time, live while it is looked at. */
export function createDashboards() {
  const grid = h('div', { class: 'grid' })
  const buttons = h('div', { class: 'segments', role: 'group', 'aria-label': 'Time range' })
  const note = h('span', { class: 'count' })
  const element = h(
    'section',
    { class: 'dashboards-view', 'aria-label': 'Dashboard' },
    h('div', { class: 'toolbar' }, buttons, note),
    grid,
  )
  /** @type {Map<number, Card>} */
  let cards = new Map()
  /** @type {Set<number>} */
  const visible = new Set()
  const seeing = new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting } of entries) {
        const index = Number(/** @type {HTMLElement} */ (target).dataset.widget)
        if (isIntersecting) visible.add(index)
        else visible.delete(index)
      }
      poll()
    },
    { rootMargin: '100px' },
  )
  /** @type {Dashboard | undefined} */
  let dashboard
  /** Seconds → seconds of a point. @type {Record<string, number>} */
  let ranges = {}
  let range = '300'
  let isAsking = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  async function poll() {
    clearTimeout(timer)
    if (isAsking || !dashboard || !element.isConnected) return
    if (document.visibilityState === 'visible') {
      isAsking = true
      await ask(dashboard.name).catch(() => {})
      isAsking = false
    }
    timer = setTimeout(poll, Number(range) > 900 ? 5000 : 1500)
  }

  /** @param {string} name */
  async function ask(name) {
    const ids = [...visible].filter(index => cards.get(index)?.asks)
    if (ids.length === 0) return
    const query = new URLSearchParams({ dashboard: name, ids: ids.slice(0, 100).join(','), range })
    const response = await fetch(`/widgets?${query}`)
    if (!response.ok || dashboard?.name !== name) return
    const { from, to, widgets } = await response.json()
    for (const [id, data] of Object.entries(widgets))
      cards.get(Number(id))?.update(data, from / 1000, to / 1000)
    element.dataset.updated = String(to)
  }

  function showRanges() {
    buttons.replaceChildren(
      ...Object.keys(ranges).map(each =>
        h(
          'button',
          { type: 'button', 'aria-pressed': String(each === range), onclick: () => choose(each) },
          span(Number(each)),
        ),
      ),
    )
    note.textContent = `One point each ${span(ranges[range] ?? 0)}: finer than deployed, so that single requests are seen. Sums are per point.`
  }

  /** @param {string} next */
  function choose(next) {
    range = next
    replaceQuery(new URLSearchParams(range === '300' ? {} : { range }))
    showRanges()
    poll()
  }

  return {
    element,
    /** @param {Dashboard} next @param {Record<string, number>} offered @param {Alarm[]} alarms */
    show(next, offered, alarms) {
      ranges = offered
      const asked = readPlace().query.get('range') ?? '300'
      range = Object.hasOwn(ranges, asked) ? asked : '300'
      showRanges()
      if (JSON.stringify(next) === JSON.stringify(dashboard)) return poll()
      seeing.disconnect()
      visible.clear()
      for (const card of cards.values()) card.destroy()
      dashboard = next
      cards = new Map(next.widgets.map(widget => [widget.index, createCard(widget)]))
      grid.replaceChildren(
        ...(next.error ? [h('p', { class: 'empty' }, next.error)] : []),
        ...[...cards.values()].map(card => card.element),
      )
      for (const card of cards.values()) {
        card.alarms(alarms)
        seeing.observe(card.element)
      }
    },
    /** @param {Alarm[]} all */
    alarms(all) {
      for (const card of cards.values()) card.alarms(all)
    },
  }
}
