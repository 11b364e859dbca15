import { type Audit, createAudit } from './audit.ts'

/** The audit trail of a function, if its API has one. Throws without its key: what would not be recorded is not served. */
export function openAudit(
  { api, audit }: { readonly api: string; readonly audit: boolean },
  { AUDIT_KEY: key }: NodeJS.ProcessEnv,
): Audit | null {
  if (!audit) return null
  if (!key) throw new Error('environment variable AUDIT_KEY is not set, and the audit trail needs it')
  return createAudit({ api, key })
}
