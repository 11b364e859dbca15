import { startCloud } from '../local/cloud.ts'
import { figure, type Report } from './figure.ts'
import { issuer, type Stage, upstreamOrigin } from './stage.ts'
import { interleaved, median, quantile } from './statistics.ts'

const rounds = 300
const warmUp = 50
// The example allows a caller 60 requests a minute.
const requestsPerCaller = 50

/**
 * What the gateway, running in the local cloud, adds to a direct call of the upstream. Both on kept-alive connections; the
 * first door's answers are cached, as they are in API Gateway after a caller's first request.
 */
export async function addedLatency(stage: Stage): Promise<Report> {
  const cloud = await startCloud({
    assembly: stage.assembly,
    upstreams: { [upstreamOrigin]: stage.upstream },
  })
  try {
    const provider = cloud.issuers.builtIn(issuer)
    if (!provider) throw new Error('the local cloud has no provider for the issuer of the example')
    const callers = await Promise.all(
      Array.from({ length: Math.ceil((rounds + warmUp) / requestsPerCaller) }, async (_, index) => ({
        authorization: `Bearer ${await provider.mint({ subject: `user-${index}`, scope: 'deals:read' })}`,
      })),
    )
    const through = timedGet(`${cloud.url}/deals`)
    for (const headers of callers) await through(headers)
    let requests = 0
    const samples = await interleaved(
      {
        direct: () => timedGet(`${stage.upstream}/deals`)({}),
        gateway: () => through(callers[Math.floor(requests++ / requestsPerCaller)] ?? {}),
      },
      rounds,
      warmUp,
    )
    // Each request against the direct call of the same round.
    const added = samples.gateway.map((latency, round) => latency - (samples.direct[round] ?? 0))
    return {
      title: 'Latency the local gateway adds',
      baseline: 'the direct call itself',
      figures: [
        figure('added-latency.p50', median(added), 'ms', {
          baseline: median(samples.direct),
          goal: { of: 'value', atMost: 10 },
        }),
        figure('added-latency.p90', quantile(added, 0.9), 'ms', { baseline: quantile(samples.direct, 0.9) }),
      ],
    }
  } finally {
    await cloud.close()
  }
}

/** Milliseconds of one request, its body included. */
const timedGet = (url: string) => async (headers: Record<string, string>) => {
  const startedAt = performance.now()
  const response = await fetch(url, { headers })
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${body}`)
  return performance.now() - startedAt
}
