import type { Limited, Step } from './passage.ts'

/** Says on every answer, refusals too, how near the caller is to its limits. Ours win over an upstream's. */
export function announceLimits(): Step<Partial<Limited>> {
  const announce: Step<Partial<Limited>>['after'] = ({ internal, response }) => {
    if (response && internal.rateLimit) response.headers = { ...response.headers, ...internal.rateLimit }
  }
  return { after: announce, onError: announce }
}
