import request from 'undici/lib/api/api-request.js'
import { allow, type Decision, type Deny } from '../../../../contract/decision.ts'
import { resolveDeployed } from '../../../../contract/deployed.ts'
import type { UpstreamKind } from '../../../../contract/upstream-manifest.ts'
import { type Clock, systemClock } from '../../../runtime/clock.ts'
import { shorter, type Upstream, type UpstreamAnswer } from '../upstream.ts'
import { answerOf, failureOf, refusedCertificate } from './answered.ts'
import { askedOf } from './asked.ts'
import type { ClientCertificate, ClientIdentity, ReadSecret } from './connection/client-certificate.ts'
import { openConnections } from './connection/connections.ts'
import type { Lookup } from './connection/guarded-lookup.ts'
import type { Credentials } from './credentials/credentials.ts'
import { unlessAborted } from './unless-aborted.ts'
import { wholeBody } from './whole-body.ts'

/** The world around an exchange. */
export interface ExchangeServices {
  readonly credentials: Credentials | Promise<Credentials>
  readonly lookup?: Lookup
  readonly clock?: Clock
  /** Hears what no request fails for yet. */
  readonly trouble?: (note: string) => void
  readonly readSecret?: ReadSecret
}

/** One request and its answer, once, in the time that is left. Where the gate shows a certificate, that is read at load. */
export async function openExchange(
  declared: UpstreamKind<'http'>,
  environment: NodeJS.ProcessEnv,
  services: ExchangeServices,
): Promise<Upstream> {
  const base = new URL(resolveDeployed(declared.url, environment))
  // What was known at synth was refused there. Left out in silence, a query that says whose data it is would be missing.
  if (base.protocol !== 'https:' || base.username || base.password || base.search || base.hash)
    throw new Error('an upstream is reached at an https URL without user, query or fragment')
  const basePath = base.pathname.replace(/\/$/, '')
  const connections = openConnections(base, declared, services.clock ?? systemClock, services.lookup)
  // Each may wait for a service of AWS, and a cold start for both.
  const [certificate, credentials] = await Promise.all([
    openCertificate(declared, environment, services),
    services.credentials,
  ])

  return async (declaredRequest, withinMs) => {
    // Made before anything is sent: what goes wrong here is a fault of ours, and none of the upstream's.
    const asked = askedOf(declaredRequest, declared.principal)
    if (!asked.ok) return asked
    const until = performance.now() + shorter(declared.timeoutMs, withinMs)
    const leftMs = () => Math.max(0, Math.floor(until - performance.now()))
    const outgoing = { ...asked.value, path: `${basePath}${asked.value.path}` }
    // Not all of it: a slow KMS would leave the upstream a moment, and its time-out would count against the upstream.
    const proven = await credentials(outgoing, declaredRequest, Math.floor(leftMs() / 2))
    if (!proven.ok) return proven

    const exchange = async (identity: ClientIdentity | null): Promise<Decision<UpstreamAnswer>> => {
      let begun = false
      try {
        return await connections(identity, async pool => {
          const signal = AbortSignal.timeout(leftMs())
          const answer = request.call(pool, { ...proven.value, signal })
          const { statusCode, headers, body } = await unlessAborted(signal, answer)
          begun = true
          return allow(answerOf(statusCode, headers, await wholeBody(body)))
        })
      } catch (error) {
        return failureOf(error, begun)
      }
    }

    if (!certificate) return exchange(null)
    const identity = await certificate.current(leftMs())
    if (!identity.ok) return identity
    const answer = await exchange(identity.value)
    if (answer.ok || !mayHaveRefused(answer)) return answer
    const replacing = certificate.replacing(identity.value, leftMs())
    if (!refusedCertificate(answer)) return answer
    // It was replaced, and the upstream knows the new one only. It said so instead of reading the request.
    const other = await replacing
    return other ? exchange(other) : answer
  }
}

/** Some servers hang up on a certificate they do not know, and say nothing: then nobody knows what became of the request. */
const mayHaveRefused = (denial: Deny): boolean =>
  refusedCertificate(denial) || denial.reason === 'upstream.unreachable'

async function openCertificate(
  { connection }: UpstreamKind<'http'>,
  environment: NodeJS.ProcessEnv,
  { clock = systemClock, trouble = () => {}, readSecret }: ExchangeServices,
): Promise<ClientCertificate | null> {
  if (!connection.clientCertificate) return null
  const { secret, ttlMs } = connection.clientCertificate
  const [{ createClientCertificate }, { secretReader }] = await Promise.all([
    import('./connection/client-certificate.ts'),
    import('./connection/read-secret.ts'),
  ])
  const read = readSecret ?? secretReader(resolveDeployed(secret, environment), environment)
  const certificate = createClientCertificate(read, ttlMs, { clock, trouble })
  // Whatever comes of it: a request that finds none is denied, and asks again.
  await certificate.current(Number.POSITIVE_INFINITY)
  return certificate
}
