import { type Duration, Lazy } from 'aws-cdk-lib'
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Deployed } from '../contract/deployed.ts'
import type { LimitLayer } from '../contract/limits.ts'
import { stateTable } from '../contract/state.ts'
import type { UpstreamManifest } from '../contract/upstream-manifest.ts'
import type { UpstreamTarget } from './declare/upstream.ts'
import { decryptVia } from './encryption.ts'
import type { GatewayState } from './gateway-state.ts'
import { Measured } from './measured.ts'
import { type MetricProps, metricOf } from './metric-of.ts'

/**
 * The second door before one upstream. Made by `ZeroTrustApi.addUpstream`: a function of its own (gates/gate-function.ts), or a
 * layer of the upstream that is a function itself (gates/door-inside.ts).
 */
export abstract class Gate extends Measured {
  readonly target: UpstreamTarget
  /** What API Gateway calls. */
  abstract readonly function: LambdaFunction
  /** How long API Gateway waits for it. */
  abstract readonly timeout: Duration
  /** What the gate's manifest says of its upstream. */
  abstract readonly upstreamManifest: UpstreamManifest
  /** The function's environment variable with the table's name. */
  protected abstract readonly tableVariable: string
  protected readonly measured: { readonly api: string; readonly upstream: string }
  #state: GatewayState | undefined
  /** Beginnings of the keys of items that this gate counts in. */
  readonly #counted = new Set<string>()

  constructor(scope: Construct, id: string, target: UpstreamTarget) {
    super(scope, id)
    this.target = target
    this.measured = { api: scope.node.id, upstream: id }
  }

  /**
   * Circuit breakers as they change: 1 when that of an instance opens, 0 when it closes. The maximum says whether one was open, the sum
   * how often one opened. Maximum over 5 minutes unless stated.
   */
  metricBreakerOpen(props?: MetricProps): Metric {
    return metricOf('BreakerOpen', this.measured, { statistic: Stats.MAXIMUM, ...props })
  }

  /** Instances that answered their first request. Sum over 5 minutes unless stated. */
  metricColdStarts(props?: MetricProps): Metric {
    return metricOf('ColdStarts', this.measured, props)
  }

  /**
   * Lets the gate see what is ordered of its callers: it reads the item of controls, whose key it may make for a new table, and the
   * items of users. It can list none.
   */
  useState(state: GatewayState): void {
    if (this.#state === state) return
    this.#state = state
    const { prefixes, controls, partitionKey, hashKey } = stateTable
    this.#permit(state, 'dynamodb:GetItem', {
      'ForAllValues:StringLike': { [leadingKeys]: [controls, `${prefixes.user}*`] },
    })
    // What is written is bound to the key; that it is only made, never replaced, is up to the gate.
    this.#permit(state, 'dynamodb:UpdateItem', {
      'ForAllValues:StringEquals': {
        [leadingKeys]: [controls],
        'dynamodb:Attributes': [hashKey, partitionKey],
      },
    })
    if (state.encryptionKey) {
      this.function.addToRolePolicy(
        decryptVia(state.encryptionKey, 'dynamodb', {
          context: { 'aws:dynamodb:tableName': state.table.tableName },
        }),
      )
    }
    this.function.addEnvironment(this.tableVariable, state.table.tableName)
  }

  /** Lets the gate count in these layers: it writes items of their kinds. */
  count(state: GatewayState, layers: readonly LimitLayer[]): void {
    if (this.#counted.size === 0) {
      const keys = () => [...this.#counted].sort().map(prefix => `${prefix}*`)
      this.#permit(state, 'dynamodb:UpdateItem', {
        'ForAllValues:StringLike': { [leadingKeys]: Lazy.list({ produce: keys }) },
      })
    }
    for (const layer of layers) this.#counted.add(prefixOf(layer))
  }

  #permit(
    { table }: GatewayState,
    action: string,
    conditions: Record<string, Record<string, readonly string[]>>,
  ): void {
    this.function.addToRolePolicy(
      new PolicyStatement({ actions: [action], resources: [table.tableArn], conditions }),
    )
  }

  /** What the gate's manifest says of its table. */
  get table(): Deployed | null {
    return this.#state ? { env: this.tableVariable } : null
  }
}

const leadingKeys = 'dynamodb:LeadingKeys'

/** Of the items in which a layer is counted. */
function prefixOf(layer: LimitLayer): string {
  const { user, client, ip, shared } = stateTable.prefixes
  const own: Partial<Record<LimitLayer, string>> = { user, client, ip }
  return own[layer] ?? shared
}
