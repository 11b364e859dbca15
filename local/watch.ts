import { join, relative, resolve, sep } from 'node:path'
import { watch } from 'chokidar'
import type { AppSettings } from './synthesize.ts'

// Written by tools rather than people.
const generated = new Set(['node_modules', 'cdk.out', 'dist', 'coverage'])
// Without watch patterns a folder is watched as a whole, and what an app writes there (a log, a database) is no source.
const isSource = (path: string) => /\.(?:[mc]?[jt]s|json)$/.test(path)
const settleMs = 100

/**
 * Calls back when the app's sources change: once for a burst of changes, and not again before the last call has ended.
 * Resolves when no change will be missed any more.
 * Of `cdk.json`'s watch patterns the leading folders count (`lib/**` is lib), with every file in them; without patterns it is the
 * folder's TypeScript, JavaScript and JSON files. Hidden and generated folders never count.
 *
 * @param others files that are read by other means, and folders that are written to, whose changes are no change of the app; paths as this process takes them
 */
export async function watchSources(
  folder: string,
  { include, exclude }: AppSettings['watch'],
  changed: () => Promise<void>,
  others: readonly string[] = [],
): Promise<{ close: () => Promise<void> }> {
  const excluded = [
    ...exclude.map(pattern => join(folder, leading(pattern))).filter(path => path !== folder),
    ...others.map(file => resolve(file)),
  ]
  const included = [...new Set((include ?? ['**']).map(pattern => join(folder, leading(pattern))))]
  const watcher = watch(included, {
    ignoreInitial: true,
    ignored: (path, stats) => {
      const parts = relative(folder, path).split(sep)
      const isHidden = parts.some(part => part.startsWith('.') && part !== '.' && part !== '..')
      const isOther = include === undefined && stats?.isFile() === true && !isSource(path)
      return isOther || isHidden || parts.some(part => generated.has(part)) || excluded.includes(path)
    },
  })
  let running: Promise<void> | undefined
  let again = false
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const run = () => {
    if (running) {
      again = true
      return
    }
    running = changed().finally(() => {
      running = undefined
      if (again && !closed) schedule()
      again = false
    })
  }
  const schedule = () => {
    clearTimeout(timer)
    timer = setTimeout(run, settleMs)
  }
  // Not for folders: what is in them says so itself.
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, schedule)
  // Until it has looked at everything once, a change looks like what was there before.
  if (included.length > 0) await new Promise<void>(resolve => watcher.once('ready', () => resolve()))
  return {
    close: async () => {
      closed = true
      clearTimeout(timer)
      await watcher.close()
      await running
    },
  }
}

/** The part of a pattern before its first wildcard segment. */
const leading = (pattern: string): string => {
  const parts = pattern.split('/')
  const wild = parts.findIndex(part => /[*?[{]/.test(part))
  return (wild < 0 ? parts : parts.slice(0, wild)).join('/')
}
