import { randomUUID } from 'node:crypto'
import { allow, type Decision, deny } from '../../../../../contract/decision.ts'
import { resolveDeployed } from '../../../../../contract/deployed.ts'
import type { Ticket } from '../../../../../contract/ticket.ts'
import type { CredentialsKind } from '../../../../../contract/upstream-manifest.ts'
import { type Clock, type Instant, instant, since, systemClock } from '../../../../runtime/clock.ts'
import { Recent } from '../../../../runtime/recent.ts'
import type { DeclaredRequest } from '../../../passage.ts'
import { joseSignature } from '../../kms/jose-signature.ts'
import { type KmsKey, openKmsKey } from '../../kms/keys.ts'
import { shorter } from '../../upstream.ts'
import type { Credentials, Outgoing } from './credentials.ts'

/** `typ` of the token (RFC 8725 §3.11): no token of a caller can be taken for one of the gateway, nor the other way round. */
const tokenType = 'gateway+jwt'

// What a slow KMS may take of a request's time, and a first connection while the function loads.
const mostMs = 2000

// Callers and routes that an instance remembers a token for.
const mostTokens = 1000

interface Issued {
  readonly token: string
  readonly at: Instant
  readonly expiresAt: number
  /** How long it is used: half of its lifetime, so that the rest is left for the upstream's clock, and its own upstreams. */
  readonly useMs: number
}

/**
 * Sends `authorization: Bearer …`, a JWT that says in the gateway's name who is calling and by which route. A token is used again for
 * the same caller, client and route until half of its lifetime has passed; it never outlives the ticket that it speaks for.
 */
export async function openGatewayToken(
  declared: CredentialsKind<'gatewayToken'>,
  environment: NodeJS.ProcessEnv,
  { key, clock = systemClock }: { key?: KmsKey; clock?: Clock } = {},
): Promise<Credentials> {
  const signer = openSigner(key ?? openKmsKey(resolveDeployed(declared.key, environment), environment))
  const issuer = resolveDeployed(declared.issuer, environment)
  const audience = resolveDeployed(declared.audience, environment)
  const tokens = new Recent<Issued>(mostTokens)

  async function issue(request: DeclaredRequest, withinMs: number): Promise<Decision<Issued>> {
    const at = instant(clock)
    const issuedAt = Math.floor(at.wall / 1000)
    const ends = request.ticket?.expiresAt ?? Number.POSITIVE_INFINITY
    const expiresAt = Math.min(issuedAt + declared.lifetimeSeconds, Math.floor(ends))
    // What came before took its time: by now the caller's own token is no more.
    if (expiresAt <= issuedAt) return deny('ticket.expired')
    const claims = {
      iss: issuer,
      aud: audience,
      ...subjectOf(request.ticket),
      route: request.key,
      iat: issuedAt,
      exp: expiresAt,
      jti: randomUUID(),
    }
    try {
      const token = await signer.sign(claims, shorter(mostMs, withinMs))
      return allow({ token, at, expiresAt, useMs: ((expiresAt - issuedAt) * 1000) / 2 })
    } catch (error) {
      return deny('credentials.unavailable', { note: String((error as Error).name) })
    }
  }

  // While a function loads nobody waits, and a first connection takes long. If it fails, a request will try again.
  await signer.prepare(mostMs).catch(() => {})

  return async (outgoing, request, withinMs) => {
    const name = nameOf(request)
    const known = tokens.get(name)
    if (known && isUsable(known, request.ticket, clock)) return withToken(outgoing, known)
    const issued = await issue(request, withinMs)
    if (!issued.ok) return issued
    tokens.set(name, issued.value)
    return withToken(outgoing, issued.value)
  }
}

const withToken = (outgoing: Outgoing, { token }: Issued): Decision<Outgoing> =>
  allow({ ...outgoing, headers: { ...outgoing.headers, authorization: `Bearer ${token}` } })

/** All that differs between two tokens of a gate, but their times. */
const nameOf = ({ key, ticket }: DeclaredRequest): string =>
  JSON.stringify(ticket ? [key, ticket.issuer, ticket.subject, ticket.client] : [key])

/** Not beyond the ticket at hand: the same caller may come back with a token that ends sooner. */
const isUsable = ({ at, useMs, expiresAt }: Issued, ticket: Ticket | null, clock: Clock): boolean =>
  since(at, clock) < useMs && expiresAt <= (ticket?.expiresAt ?? Number.POSITIVE_INFINITY)

/** `sub` is unique with its issuer only (RFC 7519 §4.1.2), and that is not us: `sub_id` says both (RFC 9493 §3.2.4). */
const subjectOf = (ticket: Ticket | null) =>
  ticket && {
    sub: ticket.subject,
    sub_id: { format: 'iss_sub', iss: ticket.issuer, sub: ticket.subject },
    ...(ticket.client && { client_id: ticket.client }),
  }

/** A JWS in compact form (RFC 7515 §3.1) under a key in KMS. Rejects where that cannot be had in time. */
function openSigner(key: KmsKey) {
  let kid: string | undefined
  const prepare = async (withinMs: number): Promise<string> => {
    kid ??= (await key.publicKey(withinMs)).kid
    return kid
  }
  return {
    prepare,
    async sign(claims: object, withinMs: number): Promise<string> {
      const startedAt = performance.now()
      const header = { alg: 'ES256', typ: tokenType, kid: await prepare(withinMs) }
      const input = `${encode(header)}.${encode(claims)}`
      const left = Math.max(0, Math.floor(withinMs - (performance.now() - startedAt)))
      return `${input}.${joseSignature(await key.sign(input, left)).toString('base64url')}`
    },
  }
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
