import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Asset {
  readonly type: string
  readonly bytes: Buffer
}

const script = 'text/javascript; charset=utf-8'
const style = 'text/css; charset=utf-8'

const browser = fileURLToPath(new URL('./browser/', import.meta.url))
const uplot = dirname(createRequire(import.meta.url).resolve('uplot'))

/** All that is served as a file: the path that it is asked for by, and where it stands. Nothing is looked up by what a request says. */
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': [join(browser, 'index.html'), 'text/html; charset=utf-8'],
  '/assets/icon.svg': [join(browser, 'icon.svg'), 'image/svg+xml'],
  '/assets/uplot.js': [join(uplot, 'uPlot.esm.js'), script],
  '/assets/uplot.css': [join(uplot, 'uPlot.min.css'), style],
  ...Object.fromEntries(
    ['page.css', 'decisions.css', 'dashboards.css'].map(name => [
      `/assets/${name}`,
      [join(browser, name), style],
    ]),
  ),
  ...Object.fromEntries(
    [
      'main.js',
      'alarms.js',
      'bars.js',
      'chart.js',
      'dashboards.js',
      'decisions.js',
      'detail.js',
      'dom.js',
      'filter.js',
      'format.js',
      'keys.js',
      'location.js',
      'stream.js',
      'theme.js',
      'timeline.js',
      'widget.js',
    ].map(name => [`/assets/${name}`, [join(browser, name), script]]),
  ),
}

/** Reads them all, once. */
export const readAssets = (): ReadonlyMap<string, Asset> =>
  new Map(Object.entries(files).map(([path, [file, type]]) => [path, { type, bytes: readFileSync(file) }]))
