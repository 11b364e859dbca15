import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFeed } from '../../local/page/feed.ts'
import { type LocalPage, startPage } from '../../local/page/server.ts'
import { eventLine, playedCloudWatch, summaryOf } from '../local/page/played.ts'
import { startDealDesk } from '../support/deal-desk.ts'
import { launchChromium } from './chromium.ts'
import { drawnPixels, keep, visit } from './page-support.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

const rows = (page: Page) => page.locator('table.decisions tbody tr')
const toView = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click()

describe('over the example', () => {
  let desk: Awaited<ReturnType<typeof startDealDesk>>
  let served: LocalPage
  beforeAll(async () => {
    const feed = createFeed({ now: Date.now })
    desk = await startDealDesk({ onRequest: feed.answered, onLog: feed.logged })
    const { cloud } = desk
    served = await startPage({
      feed,
      cloudWatch: cloud.cloudWatch,
      app: () => ({ name: 'Api', url: cloud.url, routes: [] }),
    })
    // Functions start with their first request.
    await traffic(1)
  })
  afterAll(async () => {
    await served?.close()
    await desk?.close()
  })

  async function traffic(rounds: number): Promise<void> {
    const reader = await desk.mint({ scope: 'deals:read' })
    const nobody = await desk.mint({ scope: '' })
    for (let round = 0; round < rounds; round += 1) {
      await desk.call('/health')
      await desk.call('/deals', { token: reader })
      await desk.call('/deals?limit=many', { token: reader })
      await desk.call('/deals', { token: nobody })
      await desk.call('/deals', { token: 'no.token.atall' })
      await desk.call('/deals')
      await desk.call('/wp-login.php')
    }
  }

  test('every view loads with nothing but what the page serves, and without a complaint', async () => {
    const { page, seen } = await visit(browser, served.url)
    const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link')
    await expect.poll(() => views.count()).toBeGreaterThan(2)
    for (const view of await views.all()) {
      const asked = (await view.getAttribute('href'))?.includes('dashboards')
        ? page.waitForResponse(/\/widgets\?/)
        : undefined
      await view.click()
      await asked
    }
    expect(seen.urls.length).toBeGreaterThan(15)
    expect(seen.urls.filter(url => !url.startsWith(served.url))).toEqual([])
    expect(seen.complaints).toEqual([])
  })

  test('a refused request appears with its reason within two seconds', async () => {
    const { page } = await visit(browser, served.url)
    const before = await rows(page).count()
    await desk.call('/deals', { token: await desk.mint({ scope: '' }) })
    const answered = Date.now()
    const row = rows(page).nth(0)
    await expect.poll(() => rows(page).count(), { interval: 20, timeout: 2000 }).toBe(before + 1)
    expect(await row.innerText()).toMatch(/denied\s+403\s+GET\s+\/deals\s+scope\.insufficient/)
    expect(Date.now() - answered).toBeLessThan(2000)
  })

  test('graphs move under traffic', async () => {
    const { page } = await visit(browser, served.url)
    await page.keyboard.press('2')
    const title = /traffic|requests/i
    const sums: number[] = []
    page.on('response', async response => {
      if (!response.url().includes('/widgets?')) return
      const { widgets } = await response.json()
      const values = Object.values<{ series: { values: Array<number | null> }[] }>(widgets).flatMap(
        ({ series }) => series.flatMap(each => each.values),
      )
      sums.push(values.reduce<number>((sum, value) => sum + (value ?? 0), 0))
    })
    await expect.poll(() => sums.length, { timeout: 5000 }).toBeGreaterThan(0)
    const before = { pixels: await drawnPixels(page, title), sum: sums.at(-1) ?? 0 }
    await traffic(6)
    await expect.poll(() => sums.at(-1), { timeout: 8000 }).toBeGreaterThan(before.sum)
    // Of one period a line has one point, however much comes: over several it grows.
    const grown = async () => {
      await traffic(1)
      return drawnPixels(page, title)
    }
    await expect.poll(grown, { timeout: 20_000, interval: 1000 }).toBeGreaterThan(before.pixels)
  })

  test('what is drawn anew moves nothing beside it', async () => {
    const { page } = await visit(browser, served.url)
    await page.keyboard.press('2')
    await page.waitForResponse(/\/widgets\?/)
    const shift = page.evaluate(
      () =>
        new Promise<number>(resolve => {
          let sum = 0
          new PerformanceObserver(list => {
            for (const entry of list.getEntries()) sum += Object(entry).value
          }).observe({ type: 'layout-shift' })
          setTimeout(() => resolve(sum), 4000)
        }),
    )
    await traffic(2)
    expect(await shift).toBeLessThan(0.01)
  })

  test.each(['light', 'dark'] as const)('pictures in %s are kept to be looked at', async scheme => {
    await traffic(3)
    const { page, seen } = await visit(browser, served.url, scheme)
    await keep(page, `decisions-${scheme}`)
    await rows(page).filter({ hasText: 'input.invalid' }).first().click()
    await keep(page, `detail-${scheme}`)
    const links = await page.getByRole('navigation', { name: 'Views' }).getByRole('link').all()
    for (const link of links.slice(1)) {
      await link.click()
      const name = (await link.innerText()).toLowerCase().replace(/\W+/g, '-')
      if ((await link.getAttribute('href'))?.includes('dashboards')) {
        await page.waitForResponse(/\/widgets\?/)
        await page.waitForTimeout(300)
      }
      await keep(page, `${name}-${scheme}`)
    }
    expect(seen.complaints).toEqual([])
  })
})

describe('over what a test plays', () => {
  const feed = createFeed({ now: Date.now })
  const played = playedCloudWatch()
  let served: LocalPage
  beforeAll(async () => {
    const app = { name: 'Api', url: 'http://localhost:3000', routes: [] }
    served = await startPage({ feed, cloudWatch: played.cloudWatch, app: () => app })
    feed.logged(eventLine('allowed'))
    feed.answered(summaryOf('allowed'))
    feed.logged(eventLine('denied', { status_detail: 'input.invalid' }))
    feed.answered(summaryOf('denied', { method: 'POST', status: 400, reason: 'input.invalid query limit' }))
    feed.answered(summaryOf('failed', { status: 502, reason: 'upstream.unreachable' }))
    feed.answered(
      summaryOf('stray', {
        status: 404,
        path: '/<img src=x onerror=alert(1)>',
        resourcePath: null,
        gatewayResponse: { type: 'MISSING_AUTHENTICATION_TOKEN', message: null },
      }),
    )
  })
  afterAll(() => served?.close())
  const count = (page: Page) => page.locator('.toolbar .count').innerText()

  test('filters choose by decision, route, reason, method and text, say how many, and are kept in the address', async () => {
    const { page } = await visit(browser, served.url)
    await expect.poll(() => count(page)).toBe('4 of 4')
    await page.getByRole('button', { name: 'Denied 2' }).click()
    expect(await count(page)).toBe('2 of 4')
    await page.getByLabel('Filter by method').selectOption('POST')
    expect(await count(page)).toBe('1 of 4')
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Filter by route').selectOption('undeclared')
    expect(await rows(page).allInnerTexts()).toEqual([expect.stringContaining('gateway: no such route')])
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Filter by reason').selectOption('upstream.unreachable')
    expect(await rows(page).allInnerTexts()).toEqual([expect.stringContaining('502')])
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Filter by text').fill('hash-of allowed')
    expect(await count(page)).toBe('1 of 4')
    expect(page.url()).toContain('#/decisions?q=hash-of+allowed')
    await page.reload()
    await expect.poll(() => count(page)).toBe('1 of 4')
    expect(await page.getByLabel('Filter by text').inputValue()).toBe('hash-of allowed')
    await page.getByLabel('Filter by text').fill('nothing like this')
    expect(await page.getByText('No decision fits this filter.').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await page.getByLabel('Filter by text').inputValue()).toBe('')
    expect(await count(page)).toBe('4 of 4')
  })

  test('a decision opens to its whole audit event, which can be copied; where there is none it says why', async () => {
    const { page, seen } = await visit(browser, served.url)
    await rows(page).filter({ hasText: 'input.invalid' }).click()
    const detail = page.getByRole('complementary')
    const event = JSON.parse(eventLine('denied', { status_detail: 'input.invalid' }))
    expect(JSON.parse(await detail.locator('pre').innerText())).toEqual(event)
    await detail.getByRole('button', { name: 'Copy event' }).click()
    await detail.getByRole('button', { name: 'Copied' }).waitFor()
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(event)
    await rows(page).filter({ hasText: 'upstream.unreachable' }).click()
    expect(await detail.innerText()).toContain('AuditTrail')
    await rows(page).filter({ hasText: 'no such route' }).click()
    expect(await detail.innerText()).toContain('API Gateway refused this by itself')
    expect(await detail.innerText()).toContain('GET /<img src=x onerror=alert(1)>')
    expect(seen.complaints).toEqual([])
  })

  test('everything can be done by keys', async () => {
    const { page } = await visit(browser, served.url)
    const focused = () =>
      page.evaluate(() => document.activeElement?.textContent || document.activeElement?.id)
    await expect.poll(() => rows(page).count()).toBe(4)
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('/')
    expect(await focused()).toBe('filter')
    await page.keyboard.type('input?')
    expect(await page.getByRole('dialog').isVisible()).toBe(false)
    await page.keyboard.press('Escape')
    expect(await page.getByLabel('Filter by text').inputValue()).toBe('')
    await page.keyboard.press('Escape')
    for (const key of ['ArrowDown', 'ArrowDown', 'j']) await page.keyboard.press(key)
    const third = await rows(page).nth(2).locator('button').innerText()
    expect(await focused()).toBe(third)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('complementary').isVisible()).toBe(true)
    expect(await rows(page).nth(2).locator('button').getAttribute('aria-expanded')).toBe('true')
    expect(await page.getByRole('complementary').locator('pre').innerText()).toContain('input.invalid')
    await page.keyboard.press('ArrowUp')
    expect(await page.getByRole('complementary').innerText()).toContain('upstream.unreachable')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('complementary').isVisible()).toBe(false)
    expect(await focused()).toBe(await rows(page).nth(1).locator('button').innerText())
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog', { name: 'Keys' }).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').isVisible()).toBe(false)
    await page.keyboard.press('2')
    await page.getByRole('article', { name: 'Traffic' }).waitFor()
    await page.keyboard.press('1')
    await rows(page).first().waitFor()
  })

  test('a paused list keeps still, and shows what came meanwhile when it goes on', async () => {
    const { page } = await visit(browser, served.url)
    await expect.poll(() => rows(page).count()).toBe(4)
    await page.keyboard.press('p')
    feed.answered(summaryOf(`later-${Date.now()}`))
    await page.getByRole('button', { name: 'Go on (1 new)' }).waitFor()
    expect(await rows(page).count()).toBe(4)
    await page.keyboard.press('p')
    await expect.poll(() => rows(page).count()).toBe(5)
  })

  test('each kind of widget is drawn, and one that cannot be says why', async () => {
    const { page, seen } = await visit(browser, `${served.url}#/dashboards/Overview`)
    const card = (name: string) => page.getByRole('article', { name })
    await page.waitForResponse(/\/widgets\?/)
    await expect.poll(() => drawnPixels(page, /Traffic/)).toBeGreaterThan(100)
    expect(await card('Traffic').locator('.legend').innerText()).toMatch(
      /GET \/deals\s*\d+\s*POST \/deals\s*\d+/,
    )
    expect(await card('Number').locator('strong').count()).toBe(2)
    await card('Broken').scrollIntoViewIfNeeded()
    expect(await card('Broken').innerText()).toContain('no function FOO')
    await expect.poll(() => card('Pie').locator('tr').count()).toBe(2)
    await expect.poll(() => card('Table').locator('tbody tr').count()).toBe(2)
    await expect.poll(() => card('Top denied callers').innerText()).toContain('192.0.2.1')
    expect(await page.locator('.widget h1').innerText()).toBe('Deal desk')
    expect(seen.complaints).toEqual([])
  })

  test('only what is seen is asked for', async () => {
    const { page } = await visit(browser, `${served.url}#/dashboards/Overview`)
    const [first] = await Promise.all([page.waitForResponse(/\/widgets\?/), page.reload()])
    expect(new URL(first.url()).searchParams.get('ids')?.split(',')).not.toContain('7')
    await page.getByRole('article', { name: 'Top denied callers' }).scrollIntoViewIfNeeded()
    await page.waitForResponse(
      response => new URL(response.url()).searchParams.get('ids')?.split(',').includes('7') ?? false,
    )
  })

  test('an alarm is seen from everywhere at once', async () => {
    const { page } = await visit(browser, served.url)
    played.raise('Brute force')
    await page.getByLabel('1 in alarm').waitFor({ timeout: 2000 })
    expect(await page.locator('#announcer').innerText()).toBe('Brute force: In alarm')
    expect(await page.title()).toBe('(1) Api · Sallyport')
    await toView(page, /Alarms/)
    expect(await page.locator('table.alarms tbody tr').first().innerText()).toMatch(/In alarm\s+Brute force/)
  })

  test('light and dark follow the system unless somebody chose, and can be read', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await visit(browser, served.url, scheme)
      expect(await worstContrast(page)).toBeGreaterThanOrEqual(4.5)
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const before = await ground()
      for (const theme of ['light', 'dark']) {
        await page.keyboard.press('t')
        expect([theme, (await ground()) === before]).toEqual([theme, theme === scheme])
        expect(await worstContrast(page)).toBeGreaterThanOrEqual(4.5)
      }
      await page.reload()
      expect((await ground()) === before).toBe(scheme === 'dark')
    }
  })
})

/** The least contrast (WCAG 2.2 §1.4.3) of the colours of text that the page puts upon one another. */
const worstContrast = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const pairs = [
      ['text', 'panel'],
      ['text', 'ground'],
      ['muted', 'panel'],
      ['muted', 'ground'],
      ['accent', 'accent-ground'],
      ['accent', 'ground'],
      ['allowed', 'allowed-ground'],
      ['denied', 'denied-ground'],
      ['error', 'error-ground'],
      ['allowed', 'ground'],
      ['denied', 'ground'],
    ]
    const styles = getComputedStyle(document.documentElement)
    const luminance = (name = '') => {
      const [red = 0, green = 0, blue = 0] = (
        styles.getPropertyValue(`--${name}`).match(/[0-9a-f]{2}/gi) ?? []
      )
        .map(hex => Number.parseInt(hex, 16) / 255)
        .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    return Math.min(
      ...pairs.map(([above, below]) => {
        const [high = 0, low = 0] = [luminance(above), luminance(below)].sort((a, b) => b - a)
        return (high + 0.05) / (low + 0.05)
      }),
    )
  })
