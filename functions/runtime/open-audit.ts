import { type Audit, createAudit } from './audit.ts'

/** The audit trail of an instance, if its API has one. Throws without its key: what would not be recorded is not served. */
export const openAudit = (
  { api, audit }: { readonly api: string; readonly audit: boolean },
  { AUDIT_KEY: key }: NodeJS.ProcessEnv,
): Audit | null => (audit ? createAudit({ api, key }) : null)
