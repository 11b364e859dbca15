import { detail } from './detail.js'
import { announce, h } from './dom.js'
import { matches, noFilter, readFilter, routeOf, writeFilter } from './filter.js'
import { clock } from './format.js'
import { readPlace, replaceQuery } from './location.js'
import { timeline } from './timeline.js'

/** @typedef {import('../feed.ts').PageDecision} Decision */

const keptMax = 1000
const signs = { allowed: '✓', denied: '✕', error: '!' }

/** The list of decisions, newest first. One for as long as the page is open, shown or not. */
export function createDecisions() {
  /** By id, oldest first. @type {Map<number, Decision>} */
  let known = new Map()
  /** Rows that are there, by id. @type {Map<number, HTMLTableRowElement>} */
  const rows = new Map()
  let filter = { ...noFilter }
  /** Those that came since the list was paused; undefined: it is not. @type {Map<number, Decision> | undefined} */
  let held
  /** @type {number | undefined} */
  let opened
  let active = 0
  let frame = 0

  const search = h('input', {
    type: 'search',
    id: 'filter',
    placeholder: 'Filter: route, reason, principal, status, id …',
    'aria-label': 'Filter by text',
    'aria-keyshortcuts': '/',
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: () => change({ q: search.value }),
  })
  const verdicts = h('div', { class: 'segments', role: 'group', 'aria-label': 'Decision' })
  /** @type {Array<[string, string, HTMLButtonElement]>} */
  const segments = [
    ['', 'All'],
    ['allowed', 'Allowed'],
    ['denied', 'Denied'],
    ['error', 'Errors'],
  ].map(([value = '', text = '']) => {
    const button = h('button', { type: 'button', onclick: () => change({ decision: value }) })
    verdicts.append(button)
    return [value, text, button]
  })
  const selects = /** @type {const} */ (['route', 'reason', 'method']).map(name => ({
    name,
    element: h('select', {
      'aria-label': `Filter by ${name}`,
      class: name,
      onchange: (/** @type {Event} */ event) =>
        change({ [name]: /** @type {HTMLSelectElement} */ (event.target).value }),
    }),
    shown: '',
  }))
  const count = h('span', { class: 'count' })
  const pause = h(
    'button',
    { type: 'button', class: 'pause', 'aria-keyshortcuts': 'p', onclick: togglePause },
    'Pause',
  )
  const clear = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      onclick: () => {
        search.value = ''
        change({ ...noFilter })
      },
    },
    'Clear',
  )
  const body = h('tbody')
  const empty = h('p', { class: 'empty' })
  const list = h(
    'div',
    { class: 'list', tabindex: '-1' },
    h(
      'table',
      { class: 'decisions' },
      h('caption', { class: 'unseen' }, 'Decisions, newest first'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...['Time', 'Decision', 'Status', 'Route', 'Reason', 'Principal', 'Latency'].map(name =>
            h('th', { scope: 'col', class: name.toLowerCase() }, name),
          ),
        ),
      ),
      body,
    ),
    empty,
  )
  const panel = h('aside', { id: 'detail', 'aria-labelledby': 'detail-title', hidden: true })
  const strip = timeline()
  const element = h(
    'section',
    { class: 'decisions-view', 'aria-label': 'Decisions' },
    h(
      'div',
      { class: 'toolbar', role: 'search' },
      search,
      verdicts,
      ...selects.map(({ element: each }) => each),
      clear,
      count,
      pause,
    ),
    strip.element,
    h('div', { class: 'split' }, list, panel),
  )
  body.addEventListener('click', event => {
    const row = /** @type {HTMLElement} */ (event.target).closest('tr')
    if (row) open(Number(row.dataset.id))
  })

  /** @param {Partial<typeof filter>} part */
  function change(part) {
    filter = { ...filter, ...part }
    replaceQuery(writeFilter(filter))
    rebuild()
    announce(count.textContent ?? '')
  }

  /** All rows anew: another filter, or another list. */
  function rebuild() {
    rows.clear()
    const fitting = [...known.values()].filter(decision => matches(decision, filter)).reverse()
    body.replaceChildren(...fitting.map(rowOf))
    if (opened !== undefined && !rows.has(opened)) close()
    activate(opened ?? fitting[0]?.id ?? 0)
    showState()
  }

  /** @param {Decision} decision */
  function rowOf(decision) {
    const { id, time, status, reason, about, principal, latencyMs, method, path, route } = decision
    const verdict = decision.decision
    const row = h(
      'tr',
      { 'data-id': id, class: id === opened ? `${verdict} opened` : verdict },
      h(
        'td',
        { class: 'time' },
        h(
          'button',
          {
            type: 'button',
            tabindex: id === active ? '0' : '-1',
            'aria-controls': 'detail',
            'aria-expanded': String(id === opened),
          },
          clock(time, true),
        ),
      ),
      h(
        'td',
        { class: 'decision' },
        h(
          'span',
          { class: `verdict ${verdict}` },
          h('span', { 'aria-hidden': 'true' }, signs[verdict]),
          ` ${verdict}`,
        ),
      ),
      h('td', { class: 'status' }, String(status)),
      h(
        'td',
        { class: 'route' },
        h('span', { class: 'method' }, method),
        ' ',
        route ? route.slice(method.length + 1) : h('span', { class: 'undeclared' }, path),
      ),
      h(
        'td',
        { class: 'reason' },
        h('code', {}, reason),
        about && h('span', { class: 'about' }, ` ${about}`),
      ),
      h(
        'td',
        { class: 'principal' },
        principal
          ? h('code', { title: principal }, principal.slice(0, 10))
          : h('span', { class: 'none', 'aria-label': 'unknown' }, '–'),
      ),
      h('td', { class: 'latency' }, `${latencyMs} ms`),
    )
    rows.set(id, row)
    return row
  }

  /** @param {Decision} decision */
  function add(decision) {
    if (held) {
      held.set(decision.id, decision)
      trim(held)
    } else show(decision)
    schedule()
  }

  /** @param {Decision} decision */
  function show(decision) {
    const before = rows.get(decision.id)
    known.set(decision.id, decision)
    trim(known)
    const fits = matches(decision, filter)
    if (before && fits) before.replaceWith(rowOf(decision))
    else if (before) {
      before.remove()
      rows.delete(decision.id)
    } else if (fits) {
      const row = rowOf(decision)
      row.classList.add('new')
      body.prepend(row)
      if (active === 0) activate(decision.id)
    }
    if (decision.id === opened) open(decision.id)
  }

  /** @param {Map<number, unknown>} map */
  function trim(map) {
    for (const id of map.keys()) {
      if (map.size <= keptMax) return
      map.delete(id)
      if (map !== known) continue
      rows.get(id)?.remove()
      rows.delete(id)
    }
  }

  // Counts and lists of choices: once a frame, however much comes.
  function schedule() {
    if (frame === 0) frame = requestAnimationFrame(showState)
  }

  function showState() {
    frame = 0
    const all = [...known.values()]
    count.textContent = `${rows.size} of ${all.length}`
    for (const [value, text, button] of segments) {
      const fitting = value === '' ? all.length : all.filter(({ decision }) => decision === value).length
      button.textContent = `${text} ${fitting}`
      button.setAttribute('aria-pressed', String(filter.decision === value))
    }
    clear.disabled = writeFilter(filter).size === 0
    pause.textContent = held ? `Go on (${held.size} new)` : 'Pause'
    pause.setAttribute('aria-pressed', String(held !== undefined))
    showChoices(all)
    empty.hidden = rows.size > 0
    empty.textContent =
      all.length > 0
        ? 'No decision fits this filter.'
        : 'No request yet. Send one: sallyport dev printed some to copy.'
    strip.update(all)
  }

  /** @param {Decision[]} all */
  function showChoices(all) {
    for (const select of selects) {
      const { name, element: box } = select
      const read = {
        route: routeOf,
        reason: (/** @type {Decision} */ each) => each.reason,
        method: (/** @type {Decision} */ each) => each.method,
      }[name]
      const values = [...new Set([...all.map(read), filter[name]])].filter(Boolean).sort()
      const shown = JSON.stringify([values, filter[name]])
      // A list that somebody has open must not change for nothing.
      if (shown === select.shown) continue
      select.shown = shown
      box.replaceChildren(
        h('option', { value: '' }, `any ${name}`),
        ...values.map(value => h('option', { value, selected: value === filter[name] }, value)),
      )
    }
  }

  function togglePause() {
    const waiting = held
    held = waiting ? undefined : new Map()
    for (const decision of waiting?.values() ?? []) show(decision)
    showState()
    announce(held ? 'The list is paused' : 'The list goes on')
  }

  /** The one row that Tab comes to. @param {number} id */
  function activate(id) {
    buttonOf(active)?.setAttribute('tabindex', '-1')
    active = id
    buttonOf(id)?.setAttribute('tabindex', '0')
  }
  /** @param {number} id */
  const buttonOf = id => rows.get(id)?.querySelector('button') ?? undefined

  /** @param {number} id */
  function open(id) {
    const decision = known.get(id)
    if (!decision) return
    mark(opened, false)
    opened = id
    mark(id, true)
    activate(id)
    panel.replaceChildren(detail(decision, close))
    panel.hidden = false
  }
  function close() {
    const was = opened
    mark(was, false)
    opened = undefined
    panel.hidden = true
    panel.replaceChildren()
    if (was !== undefined) buttonOf(was)?.focus()
  }
  /** @param {number | undefined} id @param {boolean} isOpen */
  function mark(id, isOpen) {
    const row = id === undefined ? undefined : rows.get(id)
    row?.classList.toggle('opened', isOpen)
    row?.querySelector('button')?.setAttribute('aria-expanded', String(isOpen))
  }

  /** @param {string} key */
  function move(key) {
    const ids = [...body.children].map(row => Number(/** @type {HTMLElement} */ (row).dataset.id))
    const at = ids.indexOf(active)
    const focused = document.activeElement === buttonOf(active)
    const next = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: ids.length - 1 }[
      key
    ]
    // From elsewhere, the first step leads to where one was.
    const id =
      ids[
        focused || opened !== undefined ? Math.min(Math.max(next ?? 0, 0), ids.length - 1) : Math.max(at, 0)
      ]
    if (id === undefined) return false
    activate(id)
    buttonOf(id)?.focus({ preventScroll: true })
    rows.get(id)?.scrollIntoView({ block: 'nearest' })
    if (opened !== undefined) open(id)
    return true
  }

  return {
    element,
    add,
    /** @param {Decision[]} decisions all that there are */
    reset(decisions) {
      known = new Map(decisions.map(decision => [decision.id, decision]))
      if (held) held = new Map()
      rebuild()
    },
    /** It is what the page shows now. */
    shown() {
      filter = readFilter(readPlace().query)
      search.value = filter.q
      rebuild()
      strip.resize()
    },
    /** @param {string} key whether it was meant */
    key(key) {
      if (key === '/') {
        search.focus()
        search.select()
      } else if (key === 'p') togglePause()
      else if (key === 'Escape' && document.activeElement === search && search.value !== '') {
        search.value = ''
        change({ q: '' })
      } else if (key === 'Escape' && document.activeElement === search) list.focus()
      else if (key === 'Escape' && opened !== undefined) close()
      else if (['ArrowDown', 'ArrowUp', 'j', 'k', 'Home', 'End'].includes(key))
        return inScrolled() ? false : move(key)
      else return false
      return true
    },
  }

  // Within the event, arrows scroll.
  function inScrolled() {
    return document.activeElement instanceof HTMLElement && document.activeElement.matches('pre')
  }
}
