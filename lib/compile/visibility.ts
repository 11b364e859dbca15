import type { Projection, Visibility } from '../../contract/gate-manifest.ts'
import { pointerSegments } from '../../contract/json-pointer.ts'
import { DeclarationError } from '../declare/declaration-error.ts'

type Tree = { viewers?: number; members?: Record<string, Tree>; others?: Tree; items?: Tree }

/** Where in a value what is not for everyone stands. Throws a {@link DeclarationError} for a pointer that leads nowhere. */
export function compileVisibility(
  at: string,
  pointers: ReadonlyArray<readonly [pointer: string, viewers: number]>,
  projection: Projection,
): Visibility {
  const root: Tree = {}
  for (const [pointer, viewers] of pointers) {
    const path = segmentsOf(pointer)
    if (!path) {
      throw new DeclarationError({
        at,
        given: `the pointer ${JSON.stringify(pointer)}`,
        allowed: "a JSON Pointer to a member (RFC 6901), such as '/margin' or '/lines/*/cost'",
        fix: 'begin it with /, and write ~1 for / and ~0 for ~ in names',
      })
    }
    if (hasTwoShapes(path, projection)) {
      throw new DeclarationError({
        at,
        given: `the pointer ${JSON.stringify(pointer)}, on whose way something may be a list or an object`,
        allowed: 'a way along values of one shape each',
        fix: 'declare one of the two: which it is, the service would choose, and one of them would not be covered',
      })
    }
    const ends = endsOf(path, projection, root)
    if (ends.length === 0) {
      throw new DeclarationError({
        at,
        given: `the pointer ${JSON.stringify(pointer)}, which leads to no declared member`,
        allowed: 'members that the schema declares; * for every item of a list or every member of a map',
        fix: `correct it; ${names(projection)}`,
      })
    }
    for (const end of ends) end.viewers = viewers
  }
  return root
}

/** Undefined for what is no pointer, or points to the whole. RFC 6901 §3. */
function segmentsOf(pointer: string): string[] | undefined {
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointerSegments(pointer)
}

/** Whether a value on the way may be a list as well as an object: a segment names what is in one of them only. */
function hasTwoShapes([segment, ...rest]: readonly string[], declared: Projection): boolean {
  if (segment === undefined) return false
  const { items, members = {}, others } = declared
  if (items && (Object.keys(members).length > 0 || others)) return true
  const next = Object.hasOwn(members, segment)
    ? members[segment]
    : segment === '*'
      ? (items ?? others)
      : undefined
  return next !== undefined && hasTwoShapes(rest, next)
}

/** The nodes at the end of a path, made on the way: several where a value may be a list or a map. */
function endsOf([segment, ...rest]: readonly string[], declared: Projection, tree: Tree): Tree[] {
  if (segment === undefined) return [tree]
  const known =
    declared.members && Object.hasOwn(declared.members, segment) ? declared.members[segment] : undefined
  if (known) {
    if (rest.length > 0 && !canLead(rest, known)) return []
    return endsOf(rest, known, memberOf(tree, segment))
  }
  if (segment !== '*') return []
  const ends: Tree[] = []
  // An item that is hidden as a whole would still tell how many there are: the list is what to hide.
  if (declared.items && rest.length > 0 && canLead(rest, declared.items)) {
    tree.items ??= {}
    ends.push(...endsOf(rest, declared.items, tree.items))
  }
  if (declared.others && canLead(rest, declared.others)) {
    // Named members are none of the others.
    for (const name of Object.keys(declared.members ?? {})) memberOf(tree, name)
    tree.others ??= {}
    ends.push(...endsOf(rest, declared.others, tree.others))
  }
  return ends
}

function memberOf(tree: Tree, name: string): Tree {
  // Without a prototype: a member may be called `constructor`.
  tree.members ??= Object.create(null) as Record<string, Tree>
  tree.members[name] ??= {}
  return tree.members[name]
}

const canLead = (path: readonly string[], declared: Projection): boolean =>
  endsOf(path, declared, {}).length > 0

const names = ({ members = {} }: Projection): string => {
  const known = Object.keys(members)
  return known.length > 0
    ? `at its top there are ${known.join(', ')}`
    : 'at its top there are no named members'
}
