import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { Parameter } from '../../../contract/manifest.ts'

export type Pairs = ReadonlyArray<readonly [name: string, value: string]>

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

export const ambiguous = (place: 'query' | 'header' | 'cookie', name: string) =>
  deny('input.ambiguous', { fields: [{ in: place, name, detail: 'was sent more than once' }] })
