/**
 * An element with attributes, listeners (`onclick: …`) and children. Text is only ever text: whatever a stranger sent is shown, never read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes] those that are false, null or undefined are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue
    if (typeof value === 'function')
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children)
    if (child !== null && child !== undefined && child !== false) element.append(child)
  return element
}

/**
 * An element of index.html.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`no element ${id}`)
  return element
}

/**
 * Says something to a screen reader.
 *
 * @param {string} text
 */
export function announce(text) {
  byId('announcer').textContent = text
}

/**
 * A button that copies a text and says so.
 *
 * @param {string} what
 * @param {() => string} text
 */
export function copyButton(what, text) {
  const button = h('button', { type: 'button', class: 'quiet', onclick: copy }, `Copy ${what}`)
  async function copy() {
    await navigator.clipboard.writeText(text())
    button.textContent = 'Copied'
    announce(`${what} copied`)
    setTimeout(() => {
      button.textContent = `Copy ${what}`
    }, 1500)
  }
  return button
}
