import { allow, type Decision } from '../../../../../contract/decision.ts'
import type { UpstreamKind } from '../../../../../contract/upstream-manifest.ts'
import type { DeclaredRequest } from '../../../passage.ts'

/** A request as it is to be sent: the whole path with its query, header names in lower case. */
export interface Outgoing {
  readonly method: 'GET'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | null
}

/**
 * Adds to a request what proves that the gate sends it. It has so many milliseconds for that. Denials: `credentials.unavailable`,
 * `ticket.expired`. What is denied is not sent at all.
 */
export type Credentials = (
  outgoing: Outgoing,
  request: DeclaredRequest,
  withinMs: number,
) => Promise<Decision<Outgoing>>

/** What the declaration asks for, and only that, is loaded. */
export async function openCredentials(
  { credentials, url }: Pick<UpstreamKind<'http'>, 'credentials' | 'url'>,
  environment: NodeJS.ProcessEnv,
): Promise<Credentials> {
  switch (credentials?.kind) {
    case 'gatewayToken':
      return (await import('./gateway-token.ts')).openGatewayToken(credentials, environment)
    case 'sigV4':
      return (await import('./sig-v4.ts')).openSigV4(credentials, url, environment)
    case undefined:
      return async outgoing => allow(outgoing)
  }
}
