import type { Context } from 'aws-lambda'
import { settle } from '../../contract/decision.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { DeclaredRequest } from './passage.ts'
import type { Upstream, UpstreamAnswer } from './upstreams/upstream.ts'

// For the answer to be read, checked and sent back: a gate that is cut off says nothing at all.
const reserveMs = 250

/** Hands the declared request to the upstream. What it answers is raw: only `declareOutputs` sees it. */
export const callUpstream =
  ({ upstream, telemetry, now }: { upstream: Upstream; telemetry: Telemetry; now: () => number }) =>
  async (request: DeclaredRequest, context: Context): Promise<UpstreamAnswer> => {
    const startedAt = now()
    try {
      // What came before may have taken its time: a cold start, the table.
      return settle(await upstream(request, context.getRemainingTimeInMillis() - reserveMs))
    } finally {
      telemetry.upstreamAnswered(now() - startedAt)
    }
  }
