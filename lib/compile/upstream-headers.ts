import { DeclarationError } from '../declare/declaration-error.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import type { CompiledInput } from './inputs.ts'

/** Refuses a route by which two would speak in one header to its upstream: the caller and the gate. */
export function checkUpstreamHeaders(
  at: string,
  target: UpstreamTarget,
  { headers }: Pick<CompiledInput, 'headers'>,
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
