import { Duration, Token } from 'aws-cdk-lib'
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Deployed } from '../contract/deployed.ts'
import type { UpstreamManifest } from '../contract/gate-manifest.ts'
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
 * The second door before one upstream: a function of its own, whose role reaches that upstream, the counters, and
 * nothing else. Made by `ZeroTrustApi.addUpstream`.
 */
export class Gate extends Construct {
  readonly function: LambdaFunction
  readonly target: UpstreamTarget
  readonly timeout: Duration
  /** What the gate's manifest says of its upstream. */
  readonly upstreamManifest: UpstreamManifest
  #state: GatewayState | undefined

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
    this.function.addEnvironment('STATE_TABLE', state.table.tableName)
  }

  /** What the gate's manifest says of its table. */
  get table(): Deployed | null {
    return this.#state ? { env: 'STATE_TABLE' } : null
  }
}
