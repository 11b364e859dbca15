import type { AskedOfToken } from '../../contract/access-text.ts'

/** A token is asked for, and nothing of it. */
export const nothing: AskedOfToken = {
  issuers: [],
  scopes: [],
  anyScope: [],
  roles: [],
  claims: [],
  bind: [],
  rule: null,
  authentication: null,
}
