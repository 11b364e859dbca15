import type { AccessSummary } from '../local/gateway/rest-api.ts'
import { paint } from './paint.ts'

/** One answered request, and behind it why it was refused. */
export function requestLine(summary: AccessSummary): string {
  const { method, path, status, latencyMs } = summary
  const style = status < 400 ? 'green' : status < 500 ? 'yellow' : 'red'
  const reason = reasonOf(summary)
  const why = reason ? paint('dim', ` ${printable(reason)}`) : ''
  return `${paint(style, String(status))} ${method.padEnd(6)} ${printable(path)} ${paint('dim', `${Math.round(latencyMs)} ms`)}${why}`
}

// The gateway's own words for these mislead whoever reads them beside a path.
const plainWords: Readonly<Record<string, string>> = {
  MISSING_AUTHENTICATION_TOKEN: 'no such route',
  UNAUTHORIZED: 'no token',
}

/** What a door said, else why the gateway itself answered: `gateway: no token`. */
function reasonOf({ reason, gatewayResponse }: AccessSummary): string {
  if (reason) return reason
  if (!gatewayResponse) return ''
  const { type, message, integrationError } = gatewayResponse
  return `gateway: ${plainWords[type] ?? integrationError ?? message ?? type}`
}

// A path is a stranger's text: shown here, it must not be able to speak to the terminal.
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
