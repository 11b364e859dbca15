import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A new folder with these files, by their paths in it. It goes with `below`. */
export function folderWith(below: string, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(below, 'content-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}
