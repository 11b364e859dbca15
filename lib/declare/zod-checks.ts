/**
 * zod writes what it can as JSON Schema and leaves the rest out without a word: refinements, transforms, some options.
 * Whoever wrote one believes it is checked. So schemas of zod are looked at before they are converted.
 *
 * Reads zod 4's documented introspection (`schema._zod.def`). Returns what would be lost, in words, or undefined.
 */
export function lostInConversion(schema: unknown): string | undefined {
  return lost(schema, new Set())
}

interface Def {
  readonly type?: string
  readonly check?: string
  readonly format?: string
  readonly pattern?: RegExp
  readonly checks?: readonly unknown[]
  readonly [member: string]: unknown
}

const defOf = (value: unknown): Def | undefined => (Object(value) as { _zod?: { def?: Def } })._zod?.def

const isParsed = (value: unknown): boolean => defOf(value) !== undefined

function lost(value: unknown, seen: Set<unknown>): string | undefined {
  const def = defOf(value)
  if (!def || seen.has(value)) return undefined
  seen.add(value)
  return ownLoss(def) ?? first(partsOf(def), part => lost(part, seen))
}

function ownLoss(def: Def): string | undefined {
  if (def.check === 'custom') return 'a refinement (.refine, .superRefine, .check)'
  if (def.check === 'overwrite') return 'a change of the value (.trim, .toLowerCase and the like)'
  if (def.type === 'transform' || def.type === 'pipe') return 'a transform or pipe'
  if (def.pattern instanceof RegExp && /[ims]/.test(def.pattern.flags) && def.format === 'regex') {
    return `the flags of ${def.pattern}`
  }
  if (def.format === 'url' && (def.hostname !== undefined || def.protocol !== undefined)) {
    return 'the protocol or host of a URL'
  }
  return undefined
}

/** Schemas and checks within a definition: inner types, members, items, options. */
function partsOf(def: Def): unknown[] {
  return Object.entries(def).flatMap(([name, member]) => {
    if (isParsed(member)) return [member]
    if (Array.isArray(member)) return member.filter(isParsed)
    if (name === 'shape') return Object.values(Object(member)).filter(isParsed)
    return []
  })
}

function first<T>(parts: readonly unknown[], find: (part: unknown) => T | undefined): T | undefined {
  for (const part of parts) {
    const found = find(part)
    if (found !== undefined) return found
  }
  return undefined
}
