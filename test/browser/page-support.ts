import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

export const screenshots = 'test/browser/screenshots'

/** What a browser complains of, and asks for. */
export interface Seen {
  /** Errors and warnings of its console, exceptions, failed requests, and what its policy forbade. */
  readonly complaints: string[]
  readonly urls: string[]
}

/** Opens the page on a laptop's screen. */
export async function visit(browser: Browser, url: string, colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const seen: Seen = { complaints: [], urls: [] }
  await page.exposeFunction('forbidden', (what: string) => seen.complaints.push(what))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      Object(window).forbidden(`forbidden: ${violatedDirective} ${blockedURI}`)
    })
  })
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) seen.complaints.push(message.text())
  })
  page.on('pageerror', error => seen.complaints.push(error.message))
  page.on('request', request => seen.urls.push(request.url()))
  page.on('requestfailed', request => seen.complaints.push(`failed: ${request.url()}`))
  page.on('response', response => {
    if (response.status() >= 400) seen.complaints.push(`${response.status()}: ${response.url()}`)
  })
  await page.goto(url)
  await page.getByText('live', { exact: true }).waitFor()
  return { page, seen }
}

/** A picture of the page as it is, for somebody to look at. */
export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`) })
}

/** How many pixels of a chart are neither grey nor empty: those of its lines. */
export const drawnPixels = (page: Page, title: RegExp): Promise<number> =>
  page
    .getByRole('article', { name: title })
    .filter({ has: page.locator('canvas') })
    .first()
    .locator('canvas')
    .evaluate(element => {
      const canvas = element as HTMLCanvasElement
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
        data: [],
      }
      let count = 0
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice(at, at + 4)
        if (alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count += 1
      }
      return count
    })
