import type { Projection } from '../../contract/gate-manifest.ts'
import { escapePointer } from '../../contract/json-pointer.ts'

/**
 * A place in a JSON value by its declared names, as a JSON Pointer. Names in a map are whoever's it is that wrote it, and `*` here; so are
 * places in lists.
 */
export function declaredPlace(declared: Projection, path: readonly (string | number)[]): string {
  let here: Projection | undefined = declared
  return path
    .map(step => {
      const name = String(step)
      const known: Projection | undefined =
        here?.members && Object.hasOwn(here.members, name) ? here.members[name] : undefined
      here = known ?? here?.items ?? here?.others
      return known ? `/${escapePointer(name)}` : '/*'
    })
    .join('')
}
