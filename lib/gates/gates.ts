import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { checkFreeId, checkMeasuredId, checkText, describeValue } from '../declare/checks.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import { Upstream } from '../declare/upstream.ts'
import { Gate } from '../gate.ts'
import { DoorInside } from './door-inside.ts'
import { GateFunction, type GateProps } from './gate-function.ts'

/** Constructs that an API makes for itself, some of them only when a route needs them. */
const ownIds = ['RestApi', 'AccessLogs', 'Domain', 'FirstDoor', 'State', 'Stubs']

/** The gates of one API: one per upstream, and one for all stubs, and for preflights that would have none. */
export class Gates {
  readonly #byUpstream = new Map<Upstream, Gate>()
  readonly #create: (id: string, upstream: Upstream) => Gate
  readonly #scope: Construct
  #stubs: Gate | undefined
  #preflights: Gate | undefined

  constructor(scope: Construct, props: Omit<GateProps, 'target'>) {
    this.#scope = scope
    this.#create = (id, { target }) =>
      target.kind === 'direct'
        ? new DoorInside(scope, id, { ...props, target })
        : new GateFunction(scope, id, { ...props, target })
  }

  add(id: string, upstream: Upstream): Gate {
    const at = `upstream "${id}" of ${this.#scope.node.path}`
    this.#checkId(at, id)
    this.#checkNew(at, upstream)
    this.#checkOneWay(at, upstream)
    const gate = this.#create(id, upstream)
    this.#byUpstream.set(upstream, gate)
    return gate
  }

  get all(): Gate[] {
    return [...new Set(this.#byUpstream.values())]
  }

  /**
   * The gate that answers preflights of paths whose routes are all functions with a door inside: these never see one, whatever
   * they make of requests. Undefined where none was asked for.
   */
  get preflights(): Gate | undefined {
    return this.#preflights
  }

  /** Sees to it that there is one. The gate of stubs, which has nothing behind it either. */
  needPreflights(): Gate {
    this.#stubs ??= this.#create('Stubs', Upstream.stub(204, null))
    this.#preflights = this.#stubs
    return this.#stubs
  }

  /** The gate of a route: the one it names, or one for the upstream it declares in place. */
  of(at: string, template: string, given: Gate | Upstream): [Upstream, Gate] {
    if (given instanceof Gate) {
      // Which of its answers would be meant? The gate of in-place stubs has one for each route.
      const found = [...this.#byUpstream].find(([, gate]) => gate === given && gate !== this.#stubs)
      if (found) return found
    }
    if (given instanceof Upstream) {
      const gate = this.#byUpstream.get(given) ?? this.#inPlace(at, template, given)
      this.#byUpstream.set(given, gate)
      return [given, gate]
    }
    throw new DeclarationError({
      at,
      given: given instanceof Gate ? foreign(given, this.#stubs) : notAnUpstream(given),
      allowed: 'what addUpstream of this API returned, or Upstream.http, .lambda, .direct, .stub',
      fix: 'say what answers this route',
    })
  }

  #inPlace(at: string, template: string, upstream: Upstream): Gate {
    if (upstream.target.kind !== 'stub') {
      const id = `Gate ${template}`
      checkFreeId(at, this.#scope, id, 'give the upstream that has it another name')
      this.#checkOneWay(at, upstream)
      return this.#create(id, upstream)
    }
    this.#stubs ??= this.#create('Stubs', upstream)
    return this.#stubs
  }

  #checkId(at: string, id: string): void {
    const fix = 'give it a name of its own'
    checkText(at, id, { fix })
    checkMeasuredId(at, id, 'rename it')
    checkFreeId(at, this.#scope, id, fix)
    if (!ownIds.includes(id)) return
    throw new DeclarationError({
      at,
      given: `the construct id "${id}", which is taken`,
      allowed: `any but ${ownIds.join(', ')}: the API's own`,
      fix,
    })
  }

  /** A function with a door inside refuses what a gate sends, and without one it takes what API Gateway sends. */
  #checkOneWay(at: string, { target }: Upstream): void {
    if (!('function' in target)) return
    const origin = originOf(target.function)
    const [, other] =
      [...this.#byUpstream].find(
        ([{ target: known }]) =>
          'function' in known && known.kind !== target.kind && originOf(known.function) === origin,
      ) ?? []
    if (!other) return
    throw new DeclarationError({
      at,
      given: `${origin.node.path}, which stands behind ${other.node.path} in the other way`,
      allowed: 'each function behind Upstream.lambda or Upstream.direct, not both',
      fix: 'use one of the two for all of its routes; the gate that addUpstream returned takes any number',
    })
  }

  #checkNew(at: string, given: Upstream): void {
    const existing = this.#byUpstream.get(given)
    if (given instanceof Upstream && !existing) return
    throw new DeclarationError({
      at,
      given: existing ? `what already stands behind ${existing.node.path}` : notAnUpstream(given),
      allowed: 'Upstream.http, .lambda, .direct or .stub, each added once',
      fix: existing
        ? 'use the gate that addUpstream returned, for any number of routes'
        : 'say what stands there',
    })
  }
}

/** What an alias or a version is of, as far as this app knows. */
function originOf(fn: IFunction & { readonly lambda?: IFunction }): IFunction {
  return fn.lambda ? originOf(fn.lambda) : fn
}

const foreign = (given: Gate, stubs: Gate | undefined) =>
  given === stubs ? 'the gate of stubs declared in place' : 'an upstream of another API'

const notAnUpstream = (given: unknown) => (given === undefined ? 'no upstream' : describeValue(given))
