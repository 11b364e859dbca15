import { type Deny, deny } from '../../../contract/decision.ts'
import type { OutputManifest } from '../../../contract/gate-manifest.ts'
import type { SentHeaders } from './headers.ts'
import { listItems } from './list-items.ts'

type Declared = Extract<OutputManifest, { kind: 'declared' }>

const refused = /;[ \t]*q=0(?:\.0{0,3})?[ \t]*(?:,|;|$)/i

/**
 * Why a caller could not read the answer, if so: better said before the upstream is asked. It is one whose `Accept` gives a weight of
 * zero to all that a success can be (RFC 9110 §12.4.2). What it does not name it gets all the same (§12.5.1), but for bytes: API
 * Gateway makes bytes of base64 where the first type of `Accept` is one that the API declares as binary, and hands out the base64
 * to anyone else.
 */
export function unacceptable(sent: SentHeaders, output: OutputManifest | null): Deny | undefined {
  if (output?.kind !== 'declared') return undefined
  const lines = sent.get('accept') ?? []
  if (output.binary.length > 0 && !beginsWithOneOf(output.binary, lines)) return deny('input.not_acceptable')
  return lines.some(line => refused.test(line)) && refusesAll(typesOf(output), lines)
    ? deny('input.not_acceptable')
    : undefined
}

function beginsWithOneOf(types: readonly string[], [value = '', ...more]: readonly string[]): boolean {
  const [first = ''] = value.split(',')
  const [type = ''] = first.split(';')
  return more.length === 0 && types.includes(type.trim().toLowerCase()) && !refused.test(first)
}

/** Media types of what is declared for success. */
const typesOf = ({ statuses }: Declared): string[] =>
  Object.entries(statuses).flatMap(([status, answer]) => {
    if (!status.startsWith('2') || answer.kind === 'empty') return []
    return answer.kind === 'bytes' ? answer.mediaTypes : [answer.mediaType]
  })

/** Of the ranges that a type is in, the nearest counts (RFC 9110 §12.5.1). */
function refusesAll(types: readonly string[], lines: readonly string[]): boolean {
  const ranges = new Map<string, boolean>()
  for (const item of lines.flatMap(line => listItems(line) ?? [])) {
    const [range = '', ...parameters] = item.split(';').map(part => part.trim().toLowerCase())
    // Those of a type make it another one, which is not declared.
    if (parameters.every(each => each.startsWith('q='))) ranges.set(range, refused.test(item))
  }
  const isRefused = (type: string): boolean =>
    ranges.get([type, `${type.split('/')[0]}/*`, '*/*'].find(range => ranges.has(range)) ?? '') ?? false
  return types.length > 0 && types.every(isRefused)
}
