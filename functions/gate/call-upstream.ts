import { settle } from '../../contract/decision.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { DeclaredRequest } from './passage.ts'
import type { Upstream, UpstreamAnswer } from './upstreams/upstream.ts'

/** Hands the declared request to the upstream. What it answers is raw: only `declareOutputs` sees it. */
export const callUpstream =
  ({ upstream, telemetry, now }: { upstream: Upstream; telemetry: Telemetry; now: () => number }) =>
  async (request: DeclaredRequest): Promise<UpstreamAnswer> => {
    const startedAt = now()
    try {
      return settle(await upstream(request))
    } finally {
      telemetry.upstreamAnswered(now() - startedAt)
    }
  }
