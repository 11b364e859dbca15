import { allow, type Decision } from '../../../contract/decision.ts'
import type { Parameter } from '../../../contract/manifest.ts'
import { ambiguous, type Pairs } from './pairs.ts'

/** Declared query parameters, in declared order, exact case. A repeated one is ambiguous unless declared as a list. */
export function readQuery(
  raw: Record<string, string[] | undefined> | null,
  declared: readonly Parameter[],
): Decision<Pairs> {
  const read: Array<readonly [string, string]> = []
  for (const { name, many } of declared) {
    const values = raw && Object.hasOwn(raw, name) ? (raw[name] ?? []) : []
    if (values.length > 1 && !many) return ambiguous('query', name)
    for (const value of values) read.push([name, value])
  }
  return allow(read)
}
