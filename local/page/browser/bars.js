import { palette, seriesColor } from './chart.js'
import { h } from './dom.js'
import { shortNumber } from './format.js'

/**
 * @typedef {import('../widgets.ts').WidgetData} Data
 * @typedef {import('../widgets.ts').PageSeries} Series
 */

/** @param {Series} series */
const latest = ({ values }) => values.findLast(value => value !== null)

/** Each series as one large number. @param {Data} data */
export const values = data =>
  h(
    'div',
    { class: 'values' },
    ...data.series.map((series, index) => {
      const label = h('span', { class: 'label', title: series.label }, series.label)
      label.style.borderColor = seriesColor(series, index)
      return h('div', {}, h('strong', {}, shortNumber(latest(series))), label)
    }),
  )

/** Each series as a bar. @param {Data} data */
export const bars = data =>
  rows(data.series.map((series, index) => [series.label, latest(series) ?? 0, seriesColor(series, index)]))

/** Who contributed most to what a rule of Contributor Insights counts. @param {Data} data */
export const contributors = data =>
  rows(data.contributors.map(({ keys, value }) => [keys.join(' · '), value, palette[0]]))

/** @param {Array<[label: string, value: number, color: string]>} all */
function rows(all) {
  const most = Math.max(...all.map(([, value]) => value), Number.MIN_VALUE)
  return h(
    'table',
    { class: 'bars' },
    h(
      'tbody',
      {},
      ...all.map(([label, value, ink]) => {
        const bar = h('span', { class: 'bar' })
        bar.style.width = `${Math.max(0, (value / most) * 100)}%`
        bar.style.background = ink
        return h(
          'tr',
          {},
          h('th', { scope: 'row', title: label }, label),
          h('td', { class: 'track' }, bar),
          h('td', { class: 'number' }, shortNumber(value)),
        )
      }),
    ),
  )
}

/** Each series as a row of numbers. @param {Data} data */
export function table({ series }) {
  const columns = ['latest', 'least', 'most', 'sum']
  return h(
    'table',
    { class: 'numbers' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'metric'),
        ...columns.map(name => h('th', { scope: 'col' }, name)),
      ),
    ),
    h(
      'tbody',
      {},
      ...series.map(each => {
        const numbers = each.values.filter(value => value !== null)
        const cells =
          numbers.length === 0
            ? columns.map(() => null)
            : [
                numbers.at(-1),
                Math.min(...numbers),
                Math.max(...numbers),
                numbers.reduce((sum, value) => sum + value, 0),
              ]
        return h(
          'tr',
          {},
          h('th', { scope: 'row' }, each.label),
          ...cells.map(value => h('td', {}, shortNumber(value))),
        )
      }),
    ),
  )
}
