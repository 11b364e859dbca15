import type { APIGatewayProxyResult } from 'aws-lambda'
import { settle } from '../../contract/decision.ts'
import type { Telemetry } from '../runtime/telemetry.ts'
import type { DeclaredRequest } from './passage.ts'
import type { Upstream } from './upstreams/upstream.ts'

// What of an upstream's headers is passed on. Cookies, redirects, versions and everything else stay behind.
const passedOn = ['content-type', 'content-language', 'etag', 'last-modified'] as const

/** The handler: hands the declared request to the upstream, and its answer back. */
export const callUpstream =
  ({ upstream, telemetry, now }: { upstream: Upstream; telemetry: Telemetry; now: () => number }) =>
  async (request: DeclaredRequest): Promise<APIGatewayProxyResult> => {
    const startedAt = now()
    try {
      const { status, headers, body } = settle(await upstream(request))
      return {
        statusCode: status,
        headers: Object.fromEntries(
          passedOn.flatMap(name => (headers[name] === undefined ? [] : [[name, headers[name]]])),
        ),
        body,
      }
    } finally {
      telemetry.upstreamAnswered(now() - startedAt)
    }
  }
