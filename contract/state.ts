import { createHmac, type KeyObject } from 'node:crypto'
import type { LimitLayer } from './limits.ts'

/**
 * The state table: what its items are called. One item for each subject holds its counters beside its controls, so that one write
 * counts a request and says whether its caller is still welcome. Where no such write is needed, it is read every two seconds: limits of
 * one route have items of their own, and what is leased is counted in advance. Callers are named by HMACs under a key of the table's own: what a
 * log, a trace or a list of hot keys shows of them leads back to nobody.
 */
export const stateTable = {
  partitionKey: 'pk',
  /** Seconds since the epoch. Time to live only cleans up: expiry is always compared in code. */
  expiresAt: 'expiresAt',
  /** Each kind of item has a prefix, so that a role can be bound to the kinds it needs. */
  prefixes: { user: 'user#', client: 'client#', ip: 'ip#', shared: 'shared#', control: 'control#' },
  /** The one item that every gate reads every two seconds: the table's key, and all controls that are not a subject's own. */
  controls: 'control#shared',
  /** Binary, 32 bytes, in the item of controls. */
  hashKey: 'hashKey',
  /** Of a subject's item: a control each, as contract/control.ts writes it. */
  quarantine: 'quarantine',
  revoke: 'revoke',
} as const

/**
 * How long a subject's item lasts after its last request. A control on a subject must end before: a later count of that subject
 * says anew when the item may go, and does not know of the control.
 */
export const subjectItemDays = 100
/** Any other item: twice the longest window there is, whichever route, API or version of them it was that counted in it. */
export const otherItemDays = 62
export const longestSubjectControlDays = 90
export const daySeconds = 86_400

/** The table's own key: its bytes, or what was made of them, with which an HMAC takes a sixth of the time. */
export type HashKey = Uint8Array | KeyObject

/** Each part carries its length, so that no two callers can share a name. */
const hashed = (key: HashKey, ...parts: readonly string[]): string =>
  createHmac('sha256', key)
    .update(parts.map(part => `${Buffer.byteLength(part)}:${part}`).join(''))
    .digest('base64url')

const { prefixes } = stateTable

export const subjectKey = (key: HashKey, issuer: string, subject: string): string =>
  `${prefixes.user}${hashed(key, issuer, subject)}`
export const clientKey = (key: HashKey, issuer: string, client: string): string =>
  `${prefixes.client}${hashed(key, 'client', issuer, client)}`
/** @param network an address, or of IPv6 the /64 that one caller has to itself; see `networkOf` */
export const addressKey = (key: HashKey, network: string): string =>
  `${prefixes.ip}${hashed(key, 'address', network)}`
export const sharedKey = (layer: LimitLayer, of: string): string => `${prefixes.shared}${layer} ${of}`

/** Of each kind of control that is not a subject's own: the first word of its attribute's name. */
const kinds = {
  token: 'token ',
  client: 'client ',
  /** Apart from its quarantine: to revoke a client's tokens must not end that, nor be ended by it. */
  clientTokens: 'tokens ',
  address: 'address ',
  route: 'route ',
  upstream: 'upstream ',
} as const
export const sharedControlPrefixes = Object.values(kinds)

/** Attributes of the item of controls: one for each control that is not a subject's own. */
export const sharedControl = {
  token: (key: HashKey, issuer: string, tokenId: string): string =>
    kinds.token + hashed(key, 'token', issuer, tokenId),
  client: (key: HashKey, issuer: string, client: string): string =>
    kinds.client + hashed(key, 'client', issuer, client),
  clientTokens: (key: HashKey, issuer: string, client: string): string =>
    kinds.clientTokens + hashed(key, 'client', issuer, client),
  address: (key: HashKey, network: string): string => kinds.address + hashed(key, 'address', network),
  route: (api: string, route: string): string => `${kinds.route}${api} ${route}`,
  upstream: (api: string, upstream: string): string => `${kinds.upstream}${api} ${upstream}`,
} as const
