import type { AccessSummary } from './gateway/rest-api.ts'

// The gateway's own words for these mislead whoever reads them beside a path.
const plainWords: Readonly<Record<string, string>> = {
  MISSING_AUTHENTICATION_TOKEN: 'no such route',
  UNAUTHORIZED: 'no token',
}

/** Why a request was refused: what a door said, else why the gateway itself answered: `gateway: no token`. Empty where nobody refused it. */
export function refusalOf({
  reason,
  gatewayResponse,
}: Pick<AccessSummary, 'reason' | 'gatewayResponse'>): string {
  if (reason) return reason
  if (!gatewayResponse) return ''
  const { type, message, integrationError } = gatewayResponse
  return `gateway: ${plainWords[type] ?? integrationError ?? message ?? type}`
}
