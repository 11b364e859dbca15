import type { Duration } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Deployed } from '../contract/deployed.ts'
import type { UpstreamManifest } from '../contract/gate-manifest.ts'
import { stateTable } from '../contract/state.ts'
import type { UpstreamTarget } from './declare/upstream.ts'
import type { GatewayState } from './gateway-state.ts'

/**
 * The second door before one upstream. Made by `ZeroTrustApi.addUpstream`: a function of its own (gates/gate-function.ts), or a
 * layer of the upstream that is a function itself (gates/door-inside.ts).
 */
export abstract class Gate extends Construct {
  readonly target: UpstreamTarget
  /** What API Gateway calls. */
  abstract readonly function: LambdaFunction
  /** How long API Gateway waits for it. */
  abstract readonly timeout: Duration
  /** What the gate's manifest says of its upstream. */
  abstract readonly upstreamManifest: UpstreamManifest
  /** The function's environment variable with the table's name. */
  protected abstract readonly tableVariable: string
  #state: GatewayState | undefined

  constructor(scope: Construct, id: string, target: UpstreamTarget) {
    super(scope, id)
    this.target = target
  }

  /** Lets the gate count in the state table: to write items by key, not to read or list them. */
  useState(state: GatewayState): void {
    if (this.#state === state) return
    this.#state = state
    this.function.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:UpdateItem'],
        resources: [state.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${stateTable.userPrefix}*`] } },
      }),
    )
    this.function.addEnvironment(this.tableVariable, state.table.tableName)
  }

  /** What the gate's manifest says of its table. */
  get table(): Deployed | null {
    return this.#state ? { env: this.tableVariable } : null
  }
}
