import { answersItself } from './declare/upstream.ts'
import type { Gate } from './gate.ts'
import type { ZeroTrustApi } from './zero-trust-api.ts'

/** The upstreams that can fail, by name. */
export const upstreamsOf = ({ routes }: ZeroTrustApi): Gate[] =>
  [...new Set(routes.map(({ gate }) => gate))]
    .filter(({ target }) => !answersItself(target))
    .sort((a, b) => (a.node.id < b.node.id ? -1 : 1))
