import { ArnFormat, Lazy, RemovalPolicy, Stack, Token } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { type CfnLogGroup, LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Keeping } from './declare/keeping.ts'

export interface LogGroupName {
  readonly name: string
  /** The same without what only the stack itself can know: a key's policy may stand in another. */
  readonly pattern: string
}

/** The log groups of one construct: kept alike, and encrypted with one key. */
export class LogGroups {
  readonly #keeping: Keeping
  readonly #names: string[] = []

  constructor(scope: Construct, keeping: Keeping) {
    this.#keeping = keeping
    if (keeping.encryptionKey) this.#permit(Stack.of(scope), keeping.encryptionKey)
  }

  /** @param named where a service asks for a certain name. @default - one that CloudFormation makes up */
  create(scope: Construct, id: string, named?: LogGroupName): LogGroup {
    const { retention, removalPolicy, encryptionKey } = this.#keeping
    const group = new LogGroup(scope, id, {
      retention,
      removalPolicy,
      encryptionKey,
      ...(named && { logGroupName: named.name }),
      ...(removalPolicy === RemovalPolicy.RETAIN && { deletionProtectionEnabled: true }),
    })
    this.#names.push(named?.pattern ?? madeUpName(group))
    return group
  }

  /**
   * Lets CloudWatch Logs use a key for these groups and no others.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  #permit(stack: Stack, key: IKey): void {
    const arns = () =>
      this.#names.map(name =>
        stack.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: name,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      )
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'], // in a key's policy: this key
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Lazy.list({ produce: arns }) } },
      }),
    )
  }
}

/**
 * The name that CloudFormation makes up, as a pattern. A reference to the group would be a circle: the group needs the key, whose policy
 * would need the group. A nested stack's own name is made up as well.
 */
function madeUpName(group: LogGroup): string {
  const { stackName } = Stack.of(group)
  const { logicalId } = group.node.defaultChild as CfnLogGroup
  return `${Token.isUnresolved(stackName) ? '*' : stackName}-${logicalId}-*`
}
