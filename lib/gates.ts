import type { Construct } from 'constructs'
import { DeclarationError } from './declare/declaration-error.ts'
import { Upstream } from './declare/upstream.ts'
import { Gate, type GateProps } from './gate.ts'

/** The gates of one API: one per upstream, and one for all stubs. */
export class Gates {
  readonly #byUpstream = new Map<Upstream, Gate>()
  readonly #create: (id: string, upstream: Upstream) => Gate
  readonly #at: string
  #stubs: Gate | undefined

  constructor(scope: Construct, props: Omit<GateProps, 'target'>) {
    this.#at = scope.node.path
    this.#create = (id, { target }) => new Gate(scope, id, { ...props, target })
  }

  add(id: string, upstream: Upstream): Gate {
    this.#checkNew(`upstream "${id}" of ${this.#at}`, upstream)
    const gate = this.#create(id, upstream)
    this.#byUpstream.set(upstream, gate)
    return gate
  }

  get all(): Gate[] {
    return [...new Set(this.#byUpstream.values())]
  }

  /** The gate of a route: the one it names, or one for the upstream it declares in place. */
  of(at: string, template: string, given: Gate | Upstream): [Upstream, Gate] {
    if (given instanceof Gate) {
      // Which of its answers would be meant? The gate of in-place stubs has one for each route.
      const found = [...this.#byUpstream].find(([, gate]) => gate === given && gate !== this.#stubs)
      if (found) return found
    }
    if (given instanceof Upstream) {
      const gate = this.#byUpstream.get(given) ?? this.#inPlace(template, given)
      this.#byUpstream.set(given, gate)
      return [given, gate]
    }
    throw new DeclarationError({
      at,
      given: given instanceof Gate ? foreign(given, this.#stubs) : notAnUpstream(given),
      allowed: 'what addUpstream of this API returned, or Upstream.http, .lambda, .stub',
      fix: 'say what answers this route',
    })
  }

  #inPlace(template: string, upstream: Upstream): Gate {
    if (upstream.target.kind !== 'stub') return this.#create(`Gate ${template}`, upstream)
    this.#stubs ??= this.#create('Stubs', upstream)
    return this.#stubs
  }

  #checkNew(at: string, given: Upstream): void {
    const existing = this.#byUpstream.get(given)
    if (given instanceof Upstream && !existing) return
    throw new DeclarationError({
      at,
      given: existing ? `what already stands behind ${existing.node.path}` : notAnUpstream(given),
      allowed: 'Upstream.http, .lambda or .stub, each added once',
      fix: existing
        ? 'use the gate that addUpstream returned, for any number of routes'
        : 'say what stands there',
    })
  }
}

const foreign = (given: Gate, stubs: Gate | undefined) =>
  given === stubs ? 'the gate of stubs declared in place' : 'an upstream of another API'

const notAnUpstream = (given: unknown) => (given === undefined ? 'no upstream' : `a ${typeof given}`)
