import { announce, byId } from './dom.js'

const key = 'sallyport-theme'
const choices = ['system', 'light', 'dark']

/** @type {Set<() => void>} */
const listeners = new Set()

/** @param {() => void} onTheme called whenever colours are others, until what is given back is called */
export function whenTheme(onTheme) {
  listeners.add(onTheme)
  return () => listeners.delete(onTheme)
}

/** The value of a colour of page.css, as a canvas needs it. @param {string} name */
export const color = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const chosen = () => {
  const stored = localStorage.getItem(key) ?? ''
  return choices.includes(stored) ? stored : 'system'
}

function apply() {
  const theme = chosen()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  byId('theme').textContent = `Theme: ${theme}`
  for (const tell of listeners) tell()
}

export function nextTheme() {
  const next = choices[(choices.indexOf(chosen()) + 1) % choices.length] ?? 'system'
  localStorage.setItem(key, next)
  apply()
  announce(`Theme: ${next}`)
}

export function startTheme() {
  apply()
  byId('theme').addEventListener('click', nextTheme)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply)
}
