import type { Control } from '../../../contract/control.ts'
import { type Deny, deny } from '../../../contract/decision.ts'
import type { RouteKey } from '../../../contract/route.ts'
import { sharedControl } from '../../../contract/state.ts'
import type { Ticket } from '../../../contract/ticket.ts'
import { inForce, type SharedControls } from './shared-controls.ts'

/** A request, as far as limits and controls look at it. */
export interface Asking {
  readonly route: RouteKey
  /** Null: nobody, on a public route. */
  readonly ticket: Ticket | null
  /** The caller's address, and what it is counted as: see `networkOf`. */
  readonly address: string
  readonly network: string
}

/** What is ordered about a request but for its subject: about its route, upstream, address, token or client. */
export function orderedOf(
  shared: SharedControls,
  { route, ticket, network }: Asking,
  place: { readonly api: string; readonly upstream: string },
  nowSeconds: number,
): Deny | null {
  const { hashKey, controls } = shared
  if (controls.size === 0) return null
  const find = (name: string) => inForce(shared, name, nowSeconds)
  const { api, upstream } = place
  if (find(sharedControl.route(api, route)) || find(sharedControl.upstream(api, upstream)))
    return deny('control.closed')
  if (find(sharedControl.address(hashKey, network))) return deny('control.quarantined')
  if (!ticket) return null
  const { issuer, client, tokenId } = ticket
  if (tokenId !== '' && find(sharedControl.token(hashKey, issuer, tokenId))) return deny('control.revoked')
  if (client === '') return null
  for (const name of [sharedControl.client, sharedControl.clientTokens]) {
    const ofClient = find(name(hashKey, issuer, client))
    const denial = ofClient && judge(ofClient, ticket)
    if (denial) return denial
  }
  return null
}

/** What a control on a subject or a client says to one of its tokens. */
export function judge(control: Control, { issuedAt }: Ticket): Deny | null {
  if (control.kind === 'quarantine') return deny('control.quarantined')
  const { issuedBefore } = control
  // A token that does not say when it was issued may have been issued before.
  const stands = issuedBefore !== null && issuedAt !== null && issuedAt > issuedBefore
  return stands ? null : deny('control.revoked')
}
