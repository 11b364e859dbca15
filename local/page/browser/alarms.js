import { announce, h } from './dom.js'
import { clock, shortName, span } from './format.js'

/** @typedef {import('../../cloudwatch/status.ts').AlarmStatus} Alarm */

const words = { OK: 'OK', ALARM: 'In alarm', INSUFFICIENT_DATA: 'No data' }
const order = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 }

/** @param {Alarm['state']} state */
export const alarmState = state => h('span', { class: `state ${state}` }, words[state])

/** The list of alarms, those in alarm first, and of these first what they are together. */
export function createAlarms() {
  /** @type {Alarm[]} */
  let alarms = []
  /** @type {Map<string, HTMLElement>} */
  const ages = new Map()
  const body = h('tbody')
  const empty = h(
    'p',
    { class: 'empty' },
    'The app declares no alarms. ZeroTrustAlarms has a set with sensible defaults.',
  )
  const element = h(
    'section',
    { class: 'alarms-view', 'aria-label': 'Alarms' },
    h(
      'table',
      { class: 'alarms' },
      h('caption', { class: 'unseen' }, 'Alarms, those in alarm first'),
      h(
        'thead',
        {},
        h('tr', {}, ...['State', 'Alarm', 'Since', 'Reason'].map(name => h('th', { scope: 'col' }, name))),
      ),
      body,
    ),
    empty,
  )
  setInterval(showAges, 1000)
  function showAges() {
    for (const { name, since } of alarms) {
      const age = ages.get(name)
      if (age) age.textContent = `${clock(since)} · ${span((Date.now() - since) / 1000)}`
    }
  }
  return {
    element,
    inAlarm: () => alarms.filter(({ state }) => state === 'ALARM').length,
    all: () => alarms,
    /** @param {Alarm[]} next */
    update(next) {
      const before = new Map(alarms.map(({ name, state }) => [name, state]))
      const changed = next.filter(({ name, state }) => before.has(name) && before.get(name) !== state)
      if (changed.length > 0)
        announce(changed.map(({ name, state }) => `${shortName(name)}: ${words[state]}`).join(', '))
      alarms = [...next].sort(
        (a, b) =>
          order[a.state] - order[b.state] || a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name),
      )
      ages.clear()
      body.replaceChildren(
        ...alarms.map(({ name, state, reason, description, kind }) => {
          const age = h('td', { class: 'since' })
          ages.set(name, age)
          return h(
            'tr',
            { class: changed.some(each => each.name === name) ? `${state} changed` : state },
            h('td', {}, alarmState(state)),
            h(
              'th',
              { scope: 'row', title: [name, description].filter(Boolean).join('\n') },
              shortName(name),
              kind === 'composite' && h('span', { class: 'kind' }, 'composite'),
              h('span', { class: 'description' }, description),
            ),
            age,
            h('td', { class: 'why' }, reason),
          )
        }),
      )
      showAges()
      empty.hidden = alarms.length > 0
    },
  }
}
