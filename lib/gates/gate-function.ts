import { Duration, Token } from 'aws-cdk-lib'
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { UpstreamManifest } from '../../contract/upstream-manifest.ts'
import { PolicyCode } from '../compile/function-code.ts'
import { upstreamManifest } from '../compile/manifests.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import { Gate } from '../gate.ts'
import { type CommonFunctionProps, createFunction, everyMethod, permitInvocation } from '../least-function.ts'
import { networkOf, permitConnection } from './http-connection.ts'
import { upstreamPermissions } from './upstream-permissions.ts'

export interface GateProps<Target extends UpstreamTarget = UpstreamTarget> {
  readonly target: Target
  readonly common: CommonFunctionProps
  readonly restApi: RestApiBase
  /** The policy beside the bundle. Called when the template is made. */
  readonly generate: (gate: Gate) => Readonly<Record<string, string>>
}

export type ApartTarget = Exclude<UpstreamTarget, { kind: 'direct' }>

// What the gate needs beyond its upstream's time to start, count, and answer for an upstream that never did.
const reserveSeconds = 3

/** A second door that is a function of its own, whose role reaches its upstream, the counters, and nothing else. */
export class GateFunction extends Gate {
  readonly function: LambdaFunction
  readonly timeout: Duration
  readonly upstreamManifest: UpstreamManifest
  protected readonly tableVariable = 'STATE_TABLE'

  constructor(scope: Construct, id: string, { target, common, restApi, generate }: GateProps<ApartTarget>) {
    super(scope, id, target)
    const upstreamSeconds = target.kind === 'stub' ? 1 : target.timeout.toSeconds({ integral: false })
    this.timeout = Duration.seconds(Math.ceil(upstreamSeconds) + reserveSeconds)
    this.function = createFunction(this, {
      description: `Sallyport's second door before ${id}`,
      code: new PolicyCode('gate', () => generate(this)),
      memorySize: 512,
      timeout: this.timeout,
      common,
      reservedConcurrency: 'reservedConcurrency' in target ? target.reservedConcurrency : undefined,
      ...(target.kind === 'http' && networkOf(this, target)),
    })
    // Every method of the stage: a permission per route would outgrow a function's policy (20 kB).
    permitInvocation(this, this.function, restApi, everyMethod(restApi))
    this.upstreamManifest = upstreamManifest(target, (name, value) => {
      if (!Token.isUnresolved(value)) return value
      this.function.addEnvironment(name, value)
      return { env: name }
    })
    if (target.kind === 'http') permitConnection(this, this.function, target.connection)
    for (const statement of upstreamPermissions(target)) this.function.addToRolePolicy(statement)
  }
}
