import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The machine's own Chromium, without a window and with a profile that goes when it is closed. */
export const launchChromium = () =>
  chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox', // it does not start as root otherwise; the pages are ours
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

// Not skipped where there is none: a guarantee that nobody looked at is none.
function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(':')
  const found = folders
    .flatMap(folder => names.map(name => join(folder, name)))
    .find(file => existsSync(file))
  if (found) return found
  throw new Error(`no browser on the PATH (${names.join(', ')}): apt-get install chromium`)
}
