import { allow, type Decision, deny } from '../../../../contract/decision.ts'
import type { Ticket } from '../../../../contract/ticket.ts'
import type { PrincipalManifest } from '../../../../contract/upstream-manifest.ts'
import { encodePrincipal, principalHeader } from '../principal.ts'

/** Headers that say who is calling, as declared; none on a public route. Denial: `principal.unusable`. */
export function principalHeaders(
  declared: PrincipalManifest,
  ticket: Ticket | null,
): Decision<Record<string, string>> {
  if (ticket === null) return allow({})
  switch (declared.kind) {
    case 'header':
      return allow({ [principalHeader]: encodePrincipal(ticket) })
    case 'none':
      return allow({})
    case 'claims':
      return claimHeaders(declared.headers, ticket)
  }
}

function claimHeaders(
  declared: Extract<PrincipalManifest, { kind: 'claims' }>['headers'],
  { claims }: Ticket,
): Decision<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const { header, claim } of declared) {
    // Left out, an upstream might take the caller for one without a tenant, which could be all of them.
    if (!Object.hasOwn(claims, claim)) return deny('principal.unusable', { note: `claim ${claim}: missing` })
    const value = headerValueOf(claims[claim])
    if (value === undefined) {
      return deny('principal.unusable', { note: `claim ${claim}: not what a header can hold` })
    }
    headers[header] = value
  }
  return allow(headers)
}

// Visible ASCII: nothing that ends a line or is trimmed away; and no comma, by which readers take one value for several (RFC 9110 §5.3).
const plain = /^[\x21-\x2b\x2d-\x7e]{1,256}$/

/** A claim as a header's value. A number beyond 2^53 is not the one that the issuer wrote. */
function headerValueOf(claim: unknown): string | undefined {
  if (typeof claim === 'boolean' || Number.isSafeInteger(claim)) return String(claim)
  return typeof claim === 'string' && plain.test(claim) ? claim : undefined
}
