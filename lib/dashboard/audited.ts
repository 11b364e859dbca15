import { Stack, Token } from 'aws-cdk-lib'
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { upstreamsOf } from '../upstreams-of.ts'
import type { ZeroTrustApi } from '../zero-trust-api.ts'
import { stackNameOf } from './shown-api.ts'

/**
 * Log groups with an API's audit events, as patterns: a rule's body has room for those of few upstreams, and a reference would tie the
 * stacks. What else they match costs nothing and counts nowhere: an event is told by its class and its API.
 */
export function auditedLogGroups(api: ZeroTrustApi): string[] {
  const own = upstreamsOf(api)
    .filter(({ target }) => target.kind === 'direct')
    .map(({ function: fn }) => {
      const { loggingConfig } = fn.node.defaultChild as CfnFunction
      const name = loggingConfig && 'logGroup' in loggingConfig ? loggingConfig.logGroup : undefined
      return name === undefined || Token.isUnresolved(name) ? `${Stack.of(fn).stackName}-*` : name
    })
  return [...new Set([`${stackNameOf(api)}-*`, ...own])].filter(name => !Token.isUnresolved(name)).sort()
}
