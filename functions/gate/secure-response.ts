import { securityHeaders } from '../../contract/headers.ts'
import type { Step } from './passage.ts'

/** Security headers on whatever leaves, an answer or a refusal. Ours win over an upstream's. */
export function secureResponse(): Step<Record<string, unknown>> {
  const secure: Step<Record<string, unknown>>['after'] = ({ response }) => {
    if (response) response.headers = { ...response.headers, ...securityHeaders }
  }
  return { after: secure, onError: secure }
}
