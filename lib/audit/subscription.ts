import { Stack, Token, Validations } from 'aws-cdk-lib'
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { auditSchema } from '../../contract/audit-event.ts'
import type { AuditTrail } from '../audit-trail.ts'
import { acknowledgementOf } from '../checks/acknowledgements.ts'
import { secretInClear } from '../checks/rules/secret-in-clear.ts'
import { DeclarationError } from '../declare/declaration-error.ts'

const id = 'AuditTrail'
const keyVariable = 'AUDIT_KEY'

/**
 * Sends what a door decides to the trail: its function gets the key of hashes, and of its log group events alone are taken, by nothing that
 * the function itself may do. Asked twice, it is done once. Throws a `DeclarationError`.
 *
 * @param door its construct, in the API's stack
 */
export function sendEvents(door: Construct, fn: LambdaFunction, trail: AuditTrail): void {
  if (door.node.tryFindChild(id)) return
  checkOrder(door, fn, trail)
  const filter = new CfnSubscriptionFilter(door, id, {
    logGroupName: logGroupOf(door, fn),
    filterPattern: `{ $.class_uid = ${auditSchema.classUid} }`,
    destinationArn: trail.stream.attrArn,
    roleArn: trail.subscriptionRole.roleArn,
  })
  // CloudWatch Logs sends a message at once, to see whether it may.
  filter.node.addDependency(trail.subscriptionRole)
  fn.addEnvironment(keyVariable, trail.keyReference)
  Validations.of(fn).acknowledge({
    id: acknowledgementOf(secretInClear, keyVariable),
    reason:
      'It opens nothing: it makes hashes of subjects that only its owner can compare. The function so needs no call, and no permission (docs/audit.md).',
  })
}

/** What its configuration names. Without, Lambda makes a group when the function first runs, which nothing can be subscribed to before. */
function logGroupOf(door: Construct, fn: LambdaFunction): string {
  const { loggingConfig } = fn.node.defaultChild as CfnFunction
  const { logGroup } = (Token.isUnresolved(loggingConfig) ? {} : (loggingConfig ?? {})) as {
    readonly logGroup?: string
  }
  if (logGroup !== undefined) return logGroup
  throw new DeclarationError({
    at: door.node.path,
    given: `${fn.node.path}, which declares no log group`,
    allowed:
      'functions with a log group of their own, since what they decide goes from there into the audit trail',
    fix: "declare one: new Function(this, 'Id', { …, logGroup: new LogGroup(this, 'Logs') })",
  })
}

/** The function refers to the trail's key, and the API to the function. */
function checkOrder(door: Construct, fn: LambdaFunction, trail: AuditTrail): void {
  const [api, owner, kept] = [Stack.of(door), Stack.of(fn), Stack.of(trail)]
  if (kept !== api || owner === api) return
  throw new DeclarationError({
    at: door.node.path,
    given: `${fn.node.path}, whose events go to a trail of the API's stack, which needs the function's`,
    allowed: 'a trail in a stack that both can refer to',
    fix: "put the AuditTrail into a stack of its own: new AuditTrail(auditStack, 'Trail', { … })",
  })
}
