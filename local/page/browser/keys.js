import { byId } from './dom.js'

/**
 * Keys of the whole page. Those that write text keep theirs.
 *
 * @param {(key: string) => boolean} onKey whether it was meant
 */
export function startKeys(onKey) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('keys'))
  byId('help').addEventListener('click', () => dialog.showModal())
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return
    const target = /** @type {HTMLElement} */ (event.target)
    if (event.key !== 'Escape' && target.matches('input, select, textarea')) return
    if (event.key === '?') dialog.showModal()
    else if (!onKey(event.key)) return
    event.preventDefault()
  })
}
