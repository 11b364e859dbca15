import type { Construct } from 'constructs'
import { DeclarationError } from './declare/declaration-error.ts'
import { Upstream } from './declare/upstream.ts'
import { Gate, type GateProps } from './gate.ts'

/** The gates of one API: one per upstream, and one for all stubs. */
export class Gates {
  readonly #byUpstream = new Map<Upstream, Gate>()
  readonly #create: (id: string, upstream: Upstream) => Gate

  constructor(scope: Construct, props: Omit<GateProps, 'target'>) {
    this.#create = (id, { target }) => new Gate(scope, id, { ...props, target })
  }

  add(id: string, upstream: Upstream): Gate {
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
      const found = [...this.#byUpstream].find(([, gate]) => gate === given)
      if (found) return found
    }
    if (given instanceof Upstream) {
      const isStub = given.target.kind === 'stub'
      const existing = this.#byUpstream.get(given) ?? (isStub ? this.#stubs : undefined)
      const gate = existing ?? this.#create(isStub ? 'Stubs' : `Gate ${template}`, given)
      this.#byUpstream.set(given, gate)
      return [given, gate]
    }
    throw new DeclarationError({
      at,
      given: given ? 'an upstream of another API' : 'no upstream',
      allowed: 'what addUpstream of this API returned, or Upstream.http, .lambda, .stub',
      fix: 'say what answers this route',
    })
  }

  get #stubs(): Gate | undefined {
    return [...this.#byUpstream].find(([{ target }]) => target.kind === 'stub')?.[1]
  }
}
