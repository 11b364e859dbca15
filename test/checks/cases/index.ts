import type { RuleId } from '../../../lib/checks/rule.ts'
import type { Cases } from '../support.ts'
import * as api from './api.ts'
import * as data from './data.ts'
import { evasions } from './evasions.ts'
import * as functions from './functions.ts'
import * as policies from './policies.ts'

const known: Readonly<Record<RuleId, Cases>> = {
  'ZT-READABLE': functions.readable,
  'ZT-API-ACCESS': api.apiAccess,
  'ZT-AUTHORIZER-CACHE': api.authorizerCache,
  'ZT-API-TLS': api.apiTls,
  'ZT-API-DEFAULT-ENDPOINT': api.apiDefaultEndpoint,
  'ZT-PRIVATE-API': api.privateApi,
  'ZT-API-FIREWALL': api.apiFirewall,
  'ZT-API-THROTTLE': api.apiThrottle,
  'ZT-API-ACCESS-LOG': api.apiAccessLog,
  'ZT-API-DATA-TRACE': api.apiDataTrace,
  'ZT-CORS-ORIGIN': api.corsOrigin,
  'ZT-POLICY-PRINCIPAL': policies.policyPrincipal,
  'ZT-FUNCTION-PERMISSION': policies.functionPermission,
  'ZT-FUNCTION-URL': functions.functionUrl,
  'ZT-ROLE-ACTION': policies.roleAction,
  'ZT-ROLE-RESOURCE': policies.roleResource,
  'ZT-BUCKET-PUBLIC': data.bucketPublic,
  'ZT-BUCKET-TLS': data.bucketTls,
  'ZT-ENCRYPTION': data.encryption,
  'ZT-KEY-ROTATION': data.keyRotation,
  'ZT-SECRET-IN-CLEAR': functions.secretInClear,
  'ZT-STATE-KEPT': data.stateKept,
  'ZT-BACKUP': data.backup,
  'ZT-LOG-RETENTION': data.logRetention,
  'ZT-FUNCTION-RUNTIME': functions.functionRuntime,
}

const none: Cases = { passes: [], breaks: [], unknown: [] }
const both = (some: Cases, { passes, breaks, unknown }: Cases): Cases => ({
  passes: [...some.passes, ...passes],
  breaks: [...some.breaks, ...breaks],
  unknown: [...some.unknown, ...unknown],
})

/** By rule, in the order in which they are listed. */
export const cases: Readonly<Record<RuleId, Cases>> = Object.fromEntries(
  Object.entries(known).map(([id, some]) => [id, both(some, evasions[id as RuleId] ?? none)]),
)
