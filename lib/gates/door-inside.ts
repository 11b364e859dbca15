import { type Duration, Stack } from 'aws-cdk-lib'
import { type Function as LambdaFunction, LayerVersion } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { policyFolder, policyPackage } from '../../contract/policy-package.ts'
import { PolicyCode } from '../compile/function-code.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import { Gate } from '../gate.ts'
import type { GatewayState } from '../gateway-state.ts'
import { everyMethod, permitInvocation } from '../least-function.ts'
import type { GateProps } from './gate-function.ts'

export type DirectTarget = Extract<UpstreamTarget, { kind: 'direct' }>

const layerId = 'SallyportPolicy'

/** A second door inside the function that API Gateway calls: a layer with its policy, and no function more. */
export class DoorInside extends Gate {
  readonly function: LambdaFunction
  readonly timeout: Duration
  readonly upstreamManifest = { kind: 'direct' } as const
  protected readonly tableVariable = 'SALLYPORT_STATE_TABLE'

  constructor(scope: Construct, id: string, { target, restApi, generate }: GateProps<DirectTarget>) {
    super(scope, id, target)
    this.function = target.function
    this.timeout = target.timeout
    this.#checkAlone()
    // In the function's own stack, since the API's refers to the function.
    const layer = new LayerVersion(this.function, layerId, {
      description: `Sallyport's second door inside ${id}`,
      code: new PolicyCode('policy', () => this.#policy(generate(this)), policyFolder),
    })
    this.#addLayer(layer)
    permitInvocation(this, this.function, restApi, everyMethod(restApi))
  }

  override useState(state: GatewayState): void {
    const [api, table, fn] = [Stack.of(this), Stack.of(state), Stack.of(this.function)]
    if (table === api && fn !== api) {
      throw new DeclarationError({
        at: this.node.path,
        given: `a limit that ${this.function.node.path} counts in a table of the API's stack, which needs the function's`,
        allowed: 'a table in a stack that both can refer to',
        fix: "give the API a GatewayState of another stack: state: new GatewayState(stateStack, 'State')",
      })
    }
    super.useState(state)
  }

  /** Two layers with a policy would lie in one place, and one of the two would count. */
  #checkAlone(): void {
    if (!this.function.node.tryFindChild(layerId)) return
    throw new DeclarationError({
      at: this.node.path,
      given: `${this.function.node.path}, which has a second door already`,
      allowed: 'each function behind one Upstream.direct',
      fix: 'use the gate that addUpstream returned, for any number of routes; for another API use another function',
    })
  }

  #addLayer(layer: LayerVersion): void {
    try {
      this.function.addLayers(layer)
    } catch (error) {
      if (!/already uses \d+ layers/.test(String(error))) throw error
      throw new DeclarationError({
        at: this.node.path,
        given: `${this.function.node.path}, which has five layers`,
        allowed: 'four layers of its own: Lambda takes five, and its policy is one',
        fix: 'give it one layer less, or bundle what is in them; or write Upstream.lambda(fn), which needs none',
      })
    }
  }

  #policy(files: Readonly<Record<string, string>>): Record<string, string> {
    return { ...files, 'package.json': JSON.stringify({ name: policyPackage, private: true }) }
  }
}
