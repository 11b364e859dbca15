import type { AccessSummary } from '../local/gateway/rest-api.ts'
import { refusalOf } from '../local/refusal.ts'
import { paint } from './paint.ts'

/** One answered request, and behind it why it was refused. */
export function requestLine(summary: AccessSummary): string {
  const { method, path, status, latencyMs } = summary
  const style = status < 400 ? 'green' : status < 500 ? 'yellow' : 'red'
  const reason = refusalOf(summary)
  const why = reason ? paint('dim', ` ${printable(reason)}`) : ''
  return `${paint(style, String(status))} ${method.padEnd(6)} ${printable(path)} ${paint('dim', `${Math.round(latencyMs)} ms`)}${why}`
}

// A path is a stranger's text: shown here, it must not be able to speak to the terminal.
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
