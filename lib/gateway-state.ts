import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { stateTable } from '../contract/state.ts'
import { checkOptions, describeValue } from './declare/checks.ts'
import { DeclarationError } from './declare/declaration-error.ts'

export interface GatewayStateProps {
  /**
   * What becomes of the table when its stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy
}

const apisAt = new WeakMap<GatewayState, Map<string, string>>()

/**
 * Notes that an API uses a state. An order about a route or an upstream names its API, so that of two alike one could not be closed
 * without the other. Throws a `DeclarationError`.
 *
 * @param path of the API's construct
 */
export function useStateAs(state: GatewayState, name: string, path: string): void {
  const apis = apisAt.get(state) ?? new Map<string, string>()
  apisAt.set(state, apis)
  const other = apis.get(name)
  if (other !== undefined)
    throw new DeclarationError({
      at: `${path} state`,
      given: `${state.node.path}, which ${other} uses, an API of the same name`,
      allowed: `APIs of different construct ids at one GatewayState: "${name}" can be closed there only once`,
      fix: 'give one of them another id, or a GatewayState of its own',
    })
  apis.set(name, path)
}

/** What the gateway remembers: counters, and what operators order. Put it into a stack of its own to keep it when the API is replaced. */
export class GatewayState extends Construct {
  readonly table: ITable

  constructor(scope: Construct, id: string, props: GatewayStateProps = {}) {
    super(scope, id)
    checkOptions(this.node.path, props, ['removalPolicy'])
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN
    if (!Object.values(RemovalPolicy).includes(removalPolicy)) {
      throw new DeclarationError({
        at: `${this.node.path} removalPolicy`,
        given: describeValue(removalPolicy),
        allowed: 'a RemovalPolicy',
        fix: 'for example RemovalPolicy.RETAIN, the default',
      })
    }
    this.table = new Table(this, 'Table', {
      partitionKey: { name: stateTable.partitionKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: stateTable.expiresAt,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
    })
  }
}
