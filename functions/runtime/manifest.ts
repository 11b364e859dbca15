import { readFileSync } from 'node:fs'

/** The policy that was put beside this bundle at synth. Read once, at load; whatever is wrong with it stops the function. */
export const loadManifest = <T>(read: (value: unknown) => T): T =>
  read(JSON.parse(readFileSync(new URL('./manifest.json', import.meta.url), 'utf8')))
