import { createAlarms } from './alarms.js'
import { createDashboards } from './dashboards.js'
import { createDecisions } from './decisions.js'
import { byId, h } from './dom.js'
import { startKeys } from './keys.js'
import { hashOf, readPlace } from './location.js'
import { listen } from './stream.js'
import { nextTheme, startTheme } from './theme.js'

/** @typedef {{ app: import('../server.ts').PageApp, dashboards: import('./dashboards.js').Dashboard[], ranges: Record<string, number> }} State */

const decisions = createDecisions()
const dashboards = createDashboards()
const alarms = createAlarms()
/** @type {State | undefined} */
let state

/** @returns {Array<{ hash: string, text: string, badge: number }>} */
const views = () => [
  { hash: hashOf('decisions'), text: 'Decisions', badge: 0 },
  ...(state?.dashboards ?? []).map(({ name, label }) => ({
    hash: hashOf('dashboards', name),
    text: label,
    badge: 0,
  })),
  { hash: hashOf('alarms'), text: 'Alarms', badge: alarms.inAlarm() },
]

function showViews() {
  const { view, name } = readPlace()
  const here = hashOf(view, name)
  byId('views').replaceChildren(
    ...views().map(({ hash, text, badge }) =>
      h(
        'a',
        { href: hash, title: text, ...(hash === here && { 'aria-current': 'page' }) },
        h('span', {}, text),
        badge > 0 && h('b', { class: 'badge', 'aria-label': `${badge} in alarm` }, String(badge)),
      ),
    ),
  )
}

/** @param {boolean} moved somebody went elsewhere; else the app changed */
function route(moved) {
  const { view, name } = readPlace()
  const dashboard = view === 'dashboards' ? state?.dashboards.find(each => each.name === name) : undefined
  const section = dashboard ? dashboards.element : view === 'alarms' ? alarms.element : decisions.element
  const main = byId('main')
  if (view === 'dashboards' && !dashboard) {
    if (state) main.replaceChildren(h('p', { class: 'empty' }, 'The app has no such dashboard.'))
  }
  // What stays keeps its focus and where it is scrolled to.
  else if (!section.isConnected) main.replaceChildren(section)
  if (dashboard && state) dashboards.show(dashboard, state.ranges, alarms.all())
  if (moved && section === decisions.element) decisions.shown()
  showViews()
}

startTheme()
startKeys(key => {
  if (key === 't') nextTheme()
  else if (/^[1-9]$/.test(key)) {
    const next = views()[Number(key) - 1]
    if (!next) return false
    location.hash = next.hash
  } else return decisions.element.isConnected && decisions.key(key)
  return true
})
addEventListener('hashchange', () => route(true))
listen(
  {
    state(next) {
      state = next
      byId('app').textContent = next.app.name
      byId('api').textContent = next.app.url
      document.title = `${next.app.name} · Sallyport`
      route(false)
    },
    decisions: decisions.reset,
    decision: decisions.add,
    alarms(next) {
      alarms.update(next)
      dashboards.alarms(next)
      showViews()
      const count = alarms.inAlarm()
      document.title = `${count > 0 ? `(${count}) ` : ''}${state?.app.name ?? ''} · Sallyport`
    },
  },
  connection => {
    byId('live').textContent = connection
    byId('live').dataset.state = connection
  },
)
route(true)
