import { alarmState } from './alarms.js'
import { bars, contributors, table, values } from './bars.js'
import { createChart } from './chart.js'
import { h } from './dom.js'
import { shortName } from './format.js'

/**
 * @typedef {import('../widgets.ts').PageWidget} Widget
 * @typedef {import('../widgets.ts').WidgetData} Data
 * @typedef {import('../../cloudwatch/status.ts').AlarmStatus} Alarm
 * @typedef {{ element: HTMLElement, asks: boolean, update: (data: Data, from: number, to: number) => void, alarms: (all: Alarm[]) => void, destroy: () => void }} Card
 */

// The text was rendered by the server, without any HTML of its own.
const policy = /** @type {any} */ (window).trustedTypes?.createPolicy('text-widget', {
  createHTML: (/** @type {string} */ html) => html,
})

/** What changes anew with each answer. @type {Partial<Record<Widget['kind'], (data: Data) => HTMLElement>>} */
const replaced = { values, bars, table, contributors }

/**
 * One widget in its place in the grid of 24 columns.
 *
 * @param {Widget} widget
 * @returns {Card}
 */
export function createCard(widget) {
  const { kind, title, note, x, y, width, height } = widget
  const message = h('p', { class: 'message' })
  const content = h('div', { class: 'content' }, message)
  const element = h(
    'article',
    { class: `widget shows-${kind}`, 'data-widget': widget.index, 'aria-label': title || kind },
    title !== '' && h('h3', { title: [title, note].filter(Boolean).join('\n') }, title),
    content,
  )
  element.style.gridColumn = `${x + 1} / span ${width}`
  element.style.gridRow = `${y + 1} / span ${height}`

  const chart = kind === 'chart' ? createChart(widget) : undefined
  if (chart) content.append(chart.element)
  if (kind === 'text') content.innerHTML = policy ? policy.createHTML(widget.html) : widget.html
  if (kind === 'error') message.textContent = note

  return {
    element,
    asks: kind === 'chart' || replaced[kind] !== undefined,
    update(data, from, to) {
      const isEmpty =
        data.series.every(({ values: all }) => all.every(value => value === null)) &&
        data.contributors.length === 0
      message.textContent = data.errors.join('\n') || (isEmpty ? 'No data in this range' : '')
      chart?.update(data, from, to)
      const drawn = replaced[kind]?.(data)
      if (drawn) content.replaceChildren(message, isEmpty ? '' : drawn)
    },
    alarms(all) {
      if (kind !== 'alarms') return
      const named = widget.alarms.map(each => each.split(':alarm:').at(-1) ?? each)
      content.replaceChildren(
        h(
          'ul',
          { class: 'alarm-list' },
          ...named.map(name =>
            h(
              'li',
              {},
              alarmState(all.find(alarm => alarm.name === name)?.state ?? 'INSUFFICIENT_DATA'),
              ` ${shortName(name)}`,
            ),
          ),
        ),
      )
    },
    destroy: () => chart?.destroy(),
  }
}
