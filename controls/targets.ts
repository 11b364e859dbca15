import { networkOf } from '../contract/address-range.ts'
import type { Control } from '../contract/control.ts'
import { methods } from '../contract/route.ts'
import { addressKey, clientKey, sharedControl, stateTable, subjectKey } from '../contract/state.ts'
import { type ControlComplaint, invalid } from './control-error.ts'
import { undoOf } from './journal.ts'
import { unprintable } from './printable.ts'
import type { SharedItem } from './shared-item.ts'

export { networkOf }

/** A user: `sub` of one issuer, both exactly as its tokens say. */
export interface SubjectTarget {
  readonly issuer: string
  readonly subject: string
}
/** An OAuth client: `client_id`, or what its issuer calls it. */
export interface ClientTarget {
  readonly issuer: string
  readonly client: string
}
/** An IPv4 address; of an IPv6 address its /64, which one caller has to itself. */
export interface AddressTarget {
  readonly address: string
}
/** One token, by its `jti`. */
export interface TokenTarget {
  readonly issuer: string
  readonly tokenId: string
}
/** A declared route, as `GET /deals/{dealId}`, of the API with this construct id. */
export interface RouteTarget {
  readonly api: string
  readonly route: string
}
/** Everything behind one upstream: the id it was added by. */
export interface UpstreamTarget {
  readonly api: string
  readonly upstream: string
}
/** What a list calls a control, where nobody remembers whom it was about. */
export interface ListedTarget {
  readonly listed: string
}

export type Target =
  | SubjectTarget
  | ClientTarget
  | AddressTarget
  | TokenTarget
  | RouteTarget
  | UpstreamTarget
  | ListedTarget

export type Kind = Control['kind']

/** Where a control stands. */
export interface Place {
  /** Of the item: a subject's own, or the one of all others. */
  readonly key: string
  readonly attribute: string
  /** As it is listed and recorded. Of callers and tokens an HMAC. */
  readonly name: string
}

/** What is meant by its members, whichever the type says: callers may be without types. */
const kinds = {
  'issuer subject': 'subject',
  'client issuer': 'client',
  address: 'address',
  'issuer tokenId': 'token',
  'api route': 'route',
  'api upstream': 'upstream',
  listed: 'listed',
} as const
export type About = (typeof kinds)[keyof typeof kinds]

const shapeOf = (about: About): string => {
  const [members = ''] = Object.entries(kinds).find(([, kind]) => kind === about) ?? []
  return `{ ${members.split(' ').sort(issuerFirst).join(', ')} }`
}
const issuerFirst = (a: string, b: string): number =>
  Number(b === 'issuer') - Number(a === 'issuer') || (a < b ? -1 : 1)

/**
 * Members that are kept in plain, and shown: what a terminal would obey, or show in another order, is not among them. But a name that
 * is listed exists already, and whatever it is there must be a way to take it out.
 */
const plain = ['api', 'route', 'upstream']
const longestPlain = 1024

/** Reads what a control is about; of `allowed` only. Throws a `ControlError`. */
export function readTarget(target: Target, allowed: readonly About[]): { about: About; at: Parts } {
  const complain = (given: string): never => {
    throw invalid({
      at: 'target',
      given,
      allowed: allowed.map(shapeOf).join(' or '),
      fix: 'name whom or what it is about, by these members and no others',
    })
  }
  if (typeof target !== 'object' || target === null) return complain('no target')
  const members = Object.keys(target).sort().join(' ')
  const about = Object.hasOwn(kinds, members) ? kinds[members as keyof typeof kinds] : undefined
  if (about === undefined || !allowed.includes(about)) return complain(`{ ${members.replaceAll(' ', ', ')} }`)
  for (const [member, value] of Object.entries<unknown>({ ...target })) {
    const isText = typeof value === 'string' && value !== ''
    // A caller's name is only hashed: whatever a token can call its subject can be quarantined.
    if (isText && (!plain.includes(member) || (value.length <= longestPlain && !unprintable.test(value))))
      continue
    throw invalid({
      at: member,
      given: isText ? 'a text too long, or with what cannot be printed' : 'no text',
      allowed: plain.includes(member)
        ? `1 to ${longestPlain} printable characters`
        : 'a text that is not empty',
      fix: `give ${member} exactly as the token or the declaration has it`,
    })
  }
  const at = { ...noParts, ...target }
  if (about === 'address') checkNetwork(at.address)
  if (about === 'route') checkRoute(at.route)
  return { about, at }
}

type Parts = Readonly<Record<keyof typeof noParts, string>>
const noParts = {
  issuer: '',
  subject: '',
  client: '',
  address: '',
  tokenId: '',
  api: '',
  route: '',
  upstream: '',
  listed: '',
}

/** Where a control of this kind on this target stands, by the table's own key. */
export function placeOf(kind: Kind, about: About, at: Parts, { hashKey, controls }: SharedItem): Place {
  const { issuer } = at
  switch (about) {
    case 'subject':
      return ownPlace(kind, subjectKey(hashKey, issuer, at.subject))
    case 'client':
      return sharedPlace(
        kind === 'revoke'
          ? sharedControl.clientTokens(hashKey, issuer, at.client)
          : sharedControl.client(hashKey, issuer, at.client),
      )
    case 'address':
      return sharedPlace(sharedControl.address(hashKey, checkNetwork(at.address)))
    case 'token':
      return sharedPlace(sharedControl.token(hashKey, issuer, at.tokenId))
    case 'route':
      return sharedPlace(sharedControl.route(at.api, at.route))
    case 'upstream':
      return sharedPlace(sharedControl.upstream(at.api, at.upstream))
    case 'listed':
      // What stands in the shared item by such a name is no subject's, and refuses everybody.
      return at.listed.startsWith(stateTable.prefixes.user) && !controls.has(at.listed)
        ? ownPlace(kind, at.listed)
        : sharedPlace(at.listed)
  }
}

const ownPlace = (kind: Kind, key: string): Place => ({
  key,
  attribute: kind === 'revoke' ? stateTable.revoke : stateTable.quarantine,
  name: key,
})
const sharedPlace = (name: string): Place => ({ key: stateTable.controls, attribute: name, name })

/** The item in which requests of a target are counted. Null: it has none of its own. */
export function countedIn(about: About, at: Parts, hashKey: Uint8Array): string | null {
  if (about === 'subject') return subjectKey(hashKey, at.issuer, at.subject)
  if (about === 'client') return clientKey(hashKey, at.issuer, at.client)
  if (about === 'address') return addressKey(hashKey, checkNetwork(at.address))
  return null
}

function checkNetwork(address: string): string {
  const network = networkOf(address)
  if (network !== undefined) return network
  throw invalid({
    at: 'address',
    given: 'no IP address',
    allowed: 'one IPv4 or IPv6 address; of IPv6 its /64 is meant',
    fix: 'for a range, write a rule with source.ip.inRange, or use AWS WAF',
  })
}

function checkRoute(route: string): void {
  const [method = '', path = '', ...more] = route.split(' ')
  if ((methods as readonly string[]).includes(method) && path.startsWith('/') && more.length === 0) return
  throw invalid({
    at: 'route',
    given: 'no route',
    allowed: `${methods.join(', ')}, one space, and the path as declared`,
    fix: 'for example GET /deals/{dealId}; "sallyport routes" lists them',
  })
}

/** What a verb takes back, by how its controls are named. */
const listedPrefixes: Readonly<Record<Kind, readonly string[]>> = {
  quarantine: [stateTable.prefixes.user, 'client ', 'address '],
  revoke: [stateTable.prefixes.user, 'tokens ', 'token '],
  close: ['route ', 'upstream '],
}
const kindsListed = Object.keys(listedPrefixes) as Kind[]

/** The kind whose controls are named like this: of a subject's own a quarantine, which its revocation shares the name with. */
export const kindNamed = (name: string): Kind | undefined =>
  kindsListed.find(kind => listedPrefixes[kind].some(prefix => name.startsWith(prefix)))

/** Throws a `ControlError` where a verb does not take back what is named. */
export function checkListed(kind: Kind, name: string): void {
  if (listedPrefixes[kind].some(prefix => name.startsWith(prefix))) return
  const right = kindNamed(name)
  // A member that nobody knows refuses every request: there must be a way to take it out.
  const isMember = name !== stateTable.partitionKey && name !== stateTable.hashKey
  if (kind === 'quarantine' && right === undefined && isMember) return
  const complaint: ControlComplaint = {
    at: 'listed',
    given: right ? `a control that "${undoOf(right)}" takes back` : 'the name of no control',
    allowed: `names that begin with ${listedPrefixes[kind].map(prefix => `"${prefix}"`).join(' or ')}`,
    fix: right ? `use "${undoOf(right)}"` : 'copy the name from the list',
  }
  throw invalid(complaint)
}
