import { h } from './dom.js'
import { clock, shortNumber } from './format.js'
import { color, whenTheme } from './theme.js'
import uPlot from './uplot.js'

/**
 * @typedef {import('../widgets.ts').PageWidget} Widget
 * @typedef {import('../widgets.ts').WidgetData} Data
 * @typedef {import('../widgets.ts').PageSeries} Series
 * @typedef {Array<Array<number | null>>} Columns
 */

/** Colours of series without one of their own: told apart by most eyes, on both grounds. */
export const palette = /** @type {const} */ ([
  '#4c78dd',
  '#e0883a',
  '#3aa37a',
  '#b565c9',
  '#d1495b',
  '#2ba3b8',
  '#a58a2c',
  '#7a86a8',
  '#e06fa0',
  '#6aa84f',
])

/** @param {Series} series @param {number} index */
export const seriesColor = ({ color: own }, index) => own || (palette[index % palette.length] ?? '')

/**
 * Lines over time.
 *
 * @param {Widget} widget
 */
export function createChart(widget) {
  const plotArea = h('div', { class: 'plot' })
  const legend = h('ul', { class: 'legend' })
  const element = h('div', { class: 'chart' }, plotArea, legend)
  /** @type {uPlot | undefined} */
  let plot
  /** @type {Series[]} */
  let series = []
  /** @type {HTMLElement[]} */
  let values = []
  let drawn = ''
  let range = [0, 1]
  const forgetTheme = whenTheme(() => plot?.redraw())
  const resizes = new ResizeObserver(() => plot?.setSize(size()))
  resizes.observe(plotArea)
  const size = () => ({
    width: Math.max(80, plotArea.clientWidth),
    height: Math.max(60, plotArea.clientHeight),
  })

  /** Values under the pointer, else the latest. @param {number | null | undefined} at */
  function showValues(at) {
    for (const [index, { values: all }] of series.entries()) {
      const value = typeof at === 'number' ? all[at] : all.findLast(each => each !== null)
      const element = values[index]
      if (element) element.textContent = shortNumber(value)
    }
  }

  function build() {
    plot?.destroy()
    values = series.map(() => h('b', {}, '–'))
    legend.replaceChildren(...series.map((each, index) => legendItem(each, index, values[index])))
    plot = new uPlot(
      options(widget, series, () => range, size(), showValues),
      /** @type {any} */ ([[], ...series.map(() => [])]),
      plotArea,
    )
  }

  return {
    element,
    /** @param {Data} data @param {number} from @param {number} to in seconds */
    update(data, from, to) {
      const looks = JSON.stringify(data.series.map(({ label, color: own, axis }) => [label, own, axis]))
      series = [...data.series]
      range = [from, to]
      if (looks !== drawn) build()
      drawn = looks
      const columns = series.map(({ values: all }) => [...all])
      const aligned = [[...data.times], ...(widget.stacked ? stacked(columns) : columns)]
      plot?.setData(/** @type {any} */ (aligned))
      showValues(plot?.cursor.idx)
    },
    destroy() {
      forgetTheme()
      resizes.disconnect()
      plot?.destroy()
    },
  }
}

/** @param {Series} series @param {number} index @param {HTMLElement | undefined} value */
function legendItem(series, index, value) {
  const swatch = h('i', { 'aria-hidden': 'true' })
  swatch.style.background = seriesColor(series, index)
  return h('li', { title: series.label }, swatch, h('span', {}, series.label), value)
}

/** Each on the shoulders of those before it. @param {Columns} columns */
function stacked(columns) {
  /** @type {number[]} */
  const below = columns[0]?.map(() => 0) ?? []
  return columns.map(column =>
    column.map((value, at) => {
      below[at] = (below[at] ?? 0) + (value ?? 0)
      return below[at] ?? 0
    }),
  )
}

/**
 * @param {Widget} widget
 * @param {Series[]} series
 * @param {() => number[]} range
 * @param {{ width: number, height: number }} size
 * @param {(at: number | null | undefined) => void} onCursor
 * @returns {uPlot.Options}
 */
function options(widget, series, range, size, onCursor) {
  const { axes, lines, stacked: isStacked } = widget
  const usesRight =
    series.some(({ axis }) => axis === 'right') || lines.some(({ yAxis }) => yAxis === 'right')
  const font = '11px system-ui, sans-serif'
  /** @param {'left' | 'right'} side @returns {uPlot.Scale} */
  const scale = side => ({
    auto: true,
    range: (_, least, most) => {
      const limits = lines.filter(({ yAxis = 'left' }) => yAxis === side).map(({ value }) => value)
      const low = axes[side].min ?? Math.min(0, least ?? 0)
      const high = axes[side].max ?? Math.max(most ?? 0, ...limits) * 1.1
      return [low, high > low ? high : low + 1]
    },
  })
  /** @param {'left' | 'right'} side @returns {uPlot.Axis} */
  const axis = side => ({
    scale: side,
    side: side === 'left' ? 3 : 1,
    size: 44,
    gap: 4,
    font,
    space: 28,
    stroke: () => color('muted'),
    grid: { show: side === 'left', stroke: () => color('grid'), width: 1 },
    ticks: { show: false },
    values: (_, splits) => splits.map(shortNumber),
  })
  return {
    ...size,
    legend: { show: false },
    padding: [8, usesRight ? 0 : 24, 0, 0],
    cursor: { sync: { key: 'dashboard' }, points: { size: 6 }, drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: true, range: () => /** @type {[number, number]} */ (range()) },
      left: scale('left'),
      right: scale('right'),
    },
    axes: [
      {
        size: 24,
        gap: 4,
        font,
        space: 54,
        stroke: () => color('muted'),
        grid: { show: false },
        ticks: { stroke: () => color('line'), size: 4, width: 1 },
        values: (_, splits) =>
          splits.map(each =>
            clock(each * 1000).slice(0, (range()[1] ?? 0) - (range()[0] ?? 0) > 600 ? 5 : 8),
          ),
      },
      axis('left'),
      ...(usesRight ? [axis('right')] : []),
    ],
    series: [{}, ...series.map((each, index) => line(each, index, isStacked))],
    ...(isStacked && {
      bands: series.slice(1).map((each, index) => ({
        series: /** @type {[number, number]} */ ([index + 2, index + 1]),
        fill: `${seriesColor(each, index + 1)}55`,
      })),
    }),
    hooks: {
      draw: [plot => annotate(plot, widget)],
      setCursor: [plot => onCursor(plot.cursor.idx)],
    },
  }
}

/** @param {Series} series @param {number} index @param {boolean} isStacked @returns {uPlot.Series} */
function line(series, index, isStacked) {
  const stroke = seriesColor(series, index)
  return {
    label: series.label,
    scale: series.axis,
    stroke,
    width: 1.5,
    ...(isStacked && { fill: `${stroke}55` }),
    points: { show: true, size: 6, fill: stroke, filter: lonely },
  }
}

/** A point without neighbours would not be seen as a line. @type {uPlot.Series.Points.Filter} */
const lonely = (plot, index) => {
  const column = plot.data[index] ?? []
  return [...column.keys()].filter(
    at => column[at] != null && column[at - 1] == null && column[at + 1] == null,
  )
}

/** Thresholds, and moments that the definition marks. @param {uPlot} plot @param {Widget} widget */
function annotate(plot, { lines, marks }) {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
  const draw = (
    /** @type {string} */ ink,
    /** @type {string} */ label,
    /** @type {number[]} */ [x1 = 0, y1 = 0, x2 = 0, y2 = 0],
  ) => {
    ctx.strokeStyle = ink
    ctx.beginPath()
    ctx.moveTo(x1, y1)
    ctx.lineTo(x2, y2)
    ctx.stroke()
    ctx.fillStyle = ink
    ctx.fillText(label, x1 + 4 * devicePixelRatio, y1 - 4 * devicePixelRatio)
  }
  const right = bbox.left + bbox.width
  const bottom = bbox.top + bbox.height
  for (const { value, label = '', color: own, yAxis = 'left' } of lines) {
    const y = plot.valToPos(value, yAxis, true)
    draw(own || color('error'), label, [bbox.left, y, right, y])
  }
  for (const { value: time, label = '' } of marks) {
    const x = plot.valToPos(time / 1000, 'x', true)
    draw(color('muted'), label, [x, bottom, x, bbox.top])
  }
  ctx.restore()
}
