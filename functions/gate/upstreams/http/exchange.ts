import request from 'undici/lib/api/api-request.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { allow } from '../../../../contract/decision.ts'
import { resolveDeployed } from '../../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../../contract/upstream-manifest.ts'
import { shorter, type Upstream } from '../upstream.ts'
import { answerOf, failureOf } from './answered.ts'
import { askedOf } from './asked.ts'
import type { Credentials } from './credentials/credentials.ts'

/** One request and its answer, once, in the time that is left. */
export function openExchange(
  declared: UpstreamKind<'http'>,
  environment: NodeJS.ProcessEnv,
  credentials: Credentials,
): Upstream {
  const base = new URL(resolveDeployed(declared.url, environment))
  if (base.protocol !== 'https:') throw new Error('an upstream must be reached over https')
  const basePath = base.pathname.replace(/\/$/, '')
  const pool = new Pool(base.origin, {
    connect: { minVersion: 'TLSv1.3', timeout: Math.min(declared.timeoutMs, 3000) },
    headersTimeout: declared.timeoutMs,
    bodyTimeout: declared.timeoutMs,
    maxResponseSize: declared.maxResponseBytes,
    keepAliveTimeout: 30_000,
  })

  return async (declaredRequest, withinMs) => {
    // Made before anything is sent: what goes wrong here is a fault of ours, and none of the upstream's.
    const asked = askedOf(declaredRequest, declared.principal)
    if (!asked.ok) return asked
    const startedAt = performance.now()
    const outgoing = { ...asked.value, path: `${basePath}${asked.value.path}` }
    const proven = await credentials(outgoing, declaredRequest, withinMs)
    if (!proven.ok) return proven
    const leftMs = withinMs - (performance.now() - startedAt)
    let begun = false
    try {
      const { statusCode, headers, body } = await request.call(pool, {
        ...proven.value,
        signal: AbortSignal.timeout(shorter(declared.timeoutMs, leftMs)),
      })
      begun = true
      return allow(answerOf(statusCode, headers, await body.bytes()))
    } catch (error) {
      return failureOf(error, begun)
    }
  }
}
