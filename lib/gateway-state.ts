import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { stateTable } from '../contract/state.ts'
import { checkOptions } from './declare/checks.ts'
import { checkEncryptionKey, checkRemovalPolicy } from './declare/keeping.ts'

export interface GatewayStateProps {
  /**
   * What becomes of the table when its stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy
  /**
   * A symmetric key of your own, no alias, in place of AWS's. Gates that use the table may decrypt with it, on behalf of DynamoDB and for this table alone;
   * so must whoever gives orders. The policy of a key that is not of this app must leave that to IAM.
   * @default - the key that AWS manages for DynamoDB
   * @see docs/segmentation.md
   */
  readonly encryptionKey?: IKey
}

/** What the gateway remembers: counters, and what operators order. Put it into a stack of its own to keep it when the API is replaced. */
export class GatewayState extends Construct {
  readonly table: ITable
  readonly encryptionKey: IKey | undefined

  constructor(scope: Construct, id: string, props: GatewayStateProps = {}) {
    super(scope, id)
    checkOptions(this.node.path, props, ['removalPolicy', 'encryptionKey'])
    const removalPolicy = checkRemovalPolicy(`${this.node.path} removalPolicy`, props.removalPolicy)
    this.encryptionKey = checkEncryptionKey(`${this.node.path} encryptionKey`, props.encryptionKey)
    this.table = new Table(this, 'Table', {
      partitionKey: { name: stateTable.partitionKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: stateTable.expiresAt,
      encryption: this.encryptionKey ? TableEncryption.CUSTOMER_MANAGED : TableEncryption.AWS_MANAGED,
      encryptionKey: this.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
    })
  }
}
