import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/**
 * This command, as it can be typed in a folder: installed, it is on npx's path; of a checkout it is a source file, for which npx
 * finds a loader only at its root.
 *
 * @param script the file that runs, as in `process.argv`
 */
export function commandIn(folder: string, script: string): string {
  if (!script.endsWith('.ts')) return 'npx sallyport'
  const root = resolve(script, '../..')
  if (relative(root, folder) === '') return `npx tsx ${relative(root, script)}`
  const loader = join(root, 'node_modules/.bin/tsx')
  return existsSync(loader) ? `${quoted(loader)} ${quoted(script)}` : `npx tsx ${quoted(script)}`
}

/** As one word of a POSIX shell. */
export const quoted = (text: string) =>
  /^[\w:/.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
