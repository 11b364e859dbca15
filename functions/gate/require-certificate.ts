import { deny, Refused } from '../../contract/decision.ts'
import { readCertificate } from './inputs/certificate.ts'
import type { Step } from './passage.ts'

/**
 * Where the API's domain asks callers for certificates, refuses whoever came without one: by another domain that somebody mapped to the
 * API, by the console's test button, by a direct invocation. On public routes there is nothing else to tell them by.
 */
export function requireCertificate({
  clientCertificates,
}: {
  clientCertificates: boolean
}): Step<Record<never, never>> {
  return {
    before: ({ event }) => {
      if (clientCertificates && !readCertificate(event)) throw new Refused(deny('certificate.missing'))
    },
  }
}
