import type { Rule } from '../rule.ts'
import { apiAccess } from './api-access.ts'
import { apiAccessLog } from './api-access-log.ts'
import { apiDataTrace } from './api-data-trace.ts'
import { apiDefaultEndpoint } from './api-default-endpoint.ts'
import { apiFirewall } from './api-firewall.ts'
import { apiThrottle } from './api-throttle.ts'
import { apiTls } from './api-tls.ts'
import { authorizerCache } from './authorizer-cache.ts'
import { backup } from './backup.ts'
import { bucketPublic } from './bucket-public.ts'
import { bucketTls } from './bucket-tls.ts'
import { corsOrigin } from './cors-origin.ts'
import { encryption } from './encryption.ts'
import { functionPermission } from './function-permission.ts'
import { functionRuntime } from './function-runtime.ts'
import { functionUrl } from './function-url.ts'
import { keyRotation } from './key-rotation.ts'
import { logRetention } from './log-retention.ts'
import { policyPrincipal } from './policy-principal.ts'
import { privateApi } from './private-api.ts'
import { readable } from './readable.ts'
import { roleAction } from './role-action.ts'
import { roleResource } from './role-resource.ts'
import { secretInClear } from './secret-in-clear.ts'
import { stateKept } from './state-kept.ts'

/** All of them, in the order of docs/checks.md. */
export const rules: readonly Rule[] = [
  readable,
  apiAccess,
  authorizerCache,
  apiTls,
  apiDefaultEndpoint,
  privateApi,
  apiFirewall,
  apiThrottle,
  apiAccessLog,
  apiDataTrace,
  corsOrigin,
  policyPrincipal,
  functionPermission,
  functionUrl,
  roleAction,
  roleResource,
  bucketPublic,
  bucketTls,
  encryption,
  keyRotation,
  secretInClear,
  stateKept,
  backup,
  logRetention,
  functionRuntime,
]
