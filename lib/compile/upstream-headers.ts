import { DeclarationError } from '../declare/declaration-error.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import type { CompiledInput } from './inputs.ts'

// AWS's own parameter, which SigV4 leaves out of what it signs, in any case of letters.
const unsigned = 'x-amz-signature'

/** Refuses a route by which two would speak in one header to its upstream, the caller and the gate, and one whose query cannot be signed. */
export function checkUpstreamHeaders(
  at: string,
  target: UpstreamTarget,
  { headers, query }: Pick<CompiledInput, 'headers' | 'query'>,
  forwardAuthorization: string | null,
): void {
  if (target.kind !== 'http') return
  if (target.credentials && forwardAuthorization !== null) {
    throw new DeclarationError({
      at: `${at} forwardAuthorization`,
      given: `the caller's token, where the upstream is sent ${target.credentials}`,
      allowed: 'one of the two: both are sent in authorization',
      fix: 'remove forwardAuthorization: the credentials say who is calling; or give the route an upstream without them',
    })
  }
  const lost =
    target.credentials?.declared.kind === 'sigV4'
      ? query.find(({ name }) => name.toLowerCase() === unsigned)
      : undefined
  if (lost) {
    throw new DeclarationError({
      at: `${at} input.query.${lost.name}`,
      given: `"${lost.name}", which SigV4 does not sign`,
      allowed: 'any other name, where the upstream takes requests that the gate signs',
      fix: 'rename the parameter: AWS would refuse the request',
    })
  }
  const told = target.principal.declared.kind === 'claims' ? target.principal.declared.headers : []
  const both = headers.find(({ name }) => told.some(({ header }) => header === name.replaceAll('_', '-')))
  if (!both) return
  throw new DeclarationError({
    at: `${at} input.headers.${both.name}`,
    given: `"${both.name}", by which the gate tells the upstream who is calling`,
    allowed: 'headers that are not in Principal.claims of the upstream',
    fix: 'remove it: a caller must not be able to say who it is',
  })
}
