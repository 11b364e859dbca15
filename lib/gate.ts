import { Duration, Lazy, Token } from 'aws-cdk-lib'
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Deployed } from '../contract/deployed.ts'
import type { UpstreamManifest } from '../contract/gate-manifest.ts'
import type { LimitLayer } from '../contract/limits.ts'
import { stateTable } from '../contract/state.ts'
import { PolicyCode } from './compile/function-code.ts'
import { upstreamManifest } from './compile/manifests.ts'
import type { UpstreamTarget } from './declare/upstream.ts'
import type { GatewayState } from './gateway-state.ts'
import { createFunction, permitInvocation } from './least-function.ts'

export interface GateProps {
  readonly target: UpstreamTarget
  readonly logRetention: RetentionDays
  readonly restApi: RestApiBase
  /** The policy beside the bundle. Called when the template is made. */
  readonly generate: (gate: Gate) => Readonly<Record<string, string>>
}

// What the gate needs beyond its upstream's time to start, count, and answer for an upstream that never did.
const reserveSeconds = 3

/**
 * The second door before one upstream: a function of its own, whose role reaches that upstream, of the state
 * table what its routes need, and nothing else. Made by `ZeroTrustApi.addUpstream`.
 */
export class Gate extends Construct {
  readonly function: LambdaFunction
  readonly target: UpstreamTarget
  readonly timeout: Duration
  /** What the gate's manifest says of its upstream. */
  readonly upstreamManifest: UpstreamManifest
  #state: GatewayState | undefined
  /** Beginnings of the keys of items that this gate counts in. */
  readonly #counted = new Set<string>()

  constructor(scope: Construct, id: string, { target, logRetention, restApi, generate }: GateProps) {
    super(scope, id)
    this.target = target
    const upstreamSeconds = target.kind === 'stub' ? 1 : target.timeout.toSeconds({ integral: false })
    this.timeout = Duration.seconds(Math.ceil(upstreamSeconds) + reserveSeconds)
    this.function = createFunction(this, {
      description: `Sallyport's second door before ${id}`,
      code: new PolicyCode('gate', () => generate(this)),
      memorySize: 512,
      timeout: this.timeout,
      logRetention,
    })
    // Every method of the stage: a permission per route would outgrow a function's policy (20 kB).
    permitInvocation(this, this.function, restApi, `${restApi.deploymentStage.stageName}/*/*`)
    this.upstreamManifest = upstreamManifest(target, (name, value) => {
      if (!Token.isUnresolved(value)) return value
      this.function.addEnvironment(name, value)
      return { env: name }
    })
    if (target.kind === 'lambda') {
      // This function only: grantInvoke would add every version and alias of it.
      this.function.addToRolePolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.function.functionArn] }),
      )
    }
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
    this.function.addEnvironment('STATE_TABLE', state.table.tableName)
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
    return this.#state ? { env: 'STATE_TABLE' } : null
  }
}

const leadingKeys = 'dynamodb:LeadingKeys'

/** Of the items in which a layer is counted. */
function prefixOf(layer: LimitLayer): string {
  const { user, client, ip, shared } = stateTable.prefixes
  const own: Partial<Record<LimitLayer, string>> = { user, client, ip }
  return own[layer] ?? shared
}
