import { networkOf } from '../../../controls/targets.ts'
import type { DevState } from '../../../local/dev-state.ts'
import { UsageError } from '../../../local/usage-error.ts'
import { printable, typeable } from './say.ts'

/** Whom or what an order is about, as it is typed. */
export interface TargetOptions {
  readonly issuer?: string
  readonly subject?: string
  readonly client?: string
  readonly address?: string
  readonly tokenId?: string
  readonly api?: string
  readonly route?: string
  readonly upstream?: string
  readonly listed?: string
}

const ways = {
  subject: ['issuer', 'subject'],
  client: ['issuer', 'client'],
  address: ['address'],
  tokenId: ['issuer', 'tokenId'],
  route: ['api', 'route'],
  upstream: ['api', 'upstream'],
  listed: ['listed'],
} as const satisfies Record<string, ReadonlyArray<keyof TargetOptions>>
export type Way = keyof typeof ways

export interface ChosenTarget<W extends Way> {
  readonly way: W
  /** What the library takes. */
  readonly target: TargetOf<W>
  /** The same in words, for who typed it. */
  readonly words: string
  /** The options that name it in another command. */
  readonly options: readonly string[]
}
type TargetOf<W extends Way> = W extends Way ? { readonly [M in (typeof ways)[W][number]]: string } : never

/** As it is typed: of `tokenId` `--token-id`. */
export const optionOf = (member: string): string =>
  `--${member.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`

/** Reads one target, of the ways that a command has. What only one thing can be meant by may be left out where the app runs here. */
export function chooseTarget<W extends Way>(
  given: TargetOptions,
  allowed: readonly W[],
  local: DevState | null,
): ChosenTarget<W> {
  const chosen = allowed.filter(way => given[way] !== undefined)
  const [way] = chosen
  if (way === undefined || chosen.length > 1)
    throw new UsageError(
      `${chosen.length > 1 ? `${chosen.map(optionOf).join(' and ')}: more than one target` : 'no target'}\n` +
        `  allowed: ${allowed.map(shapeOf).join(', or ')}\n` +
        '  fix:     name exactly one',
    )
  const target: Record<string, string> = {}
  const options: string[] = []
  for (const member of ways[way]) {
    const value = given[member] ?? (local ? onlyOne(member, local) : undefined)
    if (value === undefined)
      throw new UsageError(
        `${optionOf(way)} without ${optionOf(member)}\n  allowed: ${shapeOf(way)}\n  fix:     add ${optionOf(member)}, exactly as ${member === 'issuer' ? 'its tokens have' : 'the declaration has'} it`,
      )
    target[member] = value
    options.push(optionOf(member), member === 'listed' ? typeable(value) : value)
  }
  refuseLoose(given, way)
  if (way === 'address') checkAddress(given.address ?? '')
  if (local) refuseUnknown(target, local)
  return { way, target: target as TargetOf<W>, words: wordsOf(way, target), options }
}

const shapeOf = (way: Way): string => ways[way].map(member => `${optionOf(member)} <…>`).join(' ')

const onlyOne = (member: keyof TargetOptions, { issuers, api }: DevState): string | undefined => {
  if (member === 'issuer' && issuers.length === 1) return issuers[0]?.issuer
  return member === 'api' ? api : undefined
}

/** An option that the chosen way does not read would be believed to narrow it. */
function refuseLoose(given: TargetOptions, way: Way): void {
  const read: readonly string[] = ways[way]
  for (const member of ['issuer', 'api'] as const) {
    if (given[member] === undefined || read.includes(member)) continue
    throw new UsageError(
      `${optionOf(member)} with ${optionOf(way)}\n  allowed: ${shapeOf(way)}\n  fix:     leave ${optionOf(member)} out`,
    )
  }
}

/** Of a deployed app the table does not say what it declares; of this one it is known. */
function refuseUnknown(target: Readonly<Record<string, string>>, { issuers, api, gates }: DevState): void {
  const known: Readonly<Record<string, readonly string[]>> = {
    issuer: issuers.map(({ issuer }) => issuer),
    api: [api],
    route: Object.values(gates).flat(),
    upstream: Object.keys(gates),
  }
  for (const [member, value] of Object.entries(target)) {
    const names = known[member]
    if (!names || names.includes(value)) continue
    throw new UsageError(
      `${optionOf(member)} ${value}: the app declares no such ${member}\n  allowed: ${names.join(', ') || 'none'}\n  fix:     name one of these`,
    )
  }
}

/** Here, and not by the library: whoever typed it may see it again. */
function checkAddress(address: string): void {
  if (networkOf(address) !== undefined) return
  throw new UsageError(
    `--address ${printable(address)}: no IP address\n  allowed: one IPv4 or IPv6 address; of IPv6 its /64 is meant\n  fix:     for a range, write a rule with source.ip.inRange, or use AWS WAF`,
  )
}

/** An IPv4 address may be written as IPv6, and is that address alone. */
function addressWords(address = ''): string {
  const network = networkOf(address) ?? ''
  return network.endsWith('/64') ? `${address} and the rest of its /64` : network
}

function wordsOf(way: Way, target: Readonly<Record<string, string>>): string {
  const { issuer, subject, client, address, api, route, upstream, listed } = target
  switch (way) {
    case 'subject':
      return `subject ${subject} of ${issuer}`
    case 'client':
      return `client ${client} of ${issuer}`
    case 'address':
      return `address ${addressWords(address)}`
    case 'tokenId':
      return `a token of ${issuer}`
    case 'route':
      return `${route} of ${api}`
    case 'upstream':
      return `every route before ${upstream} of ${api}`
    case 'listed':
      return String(listed)
  }
}
