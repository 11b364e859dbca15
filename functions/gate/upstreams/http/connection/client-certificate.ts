import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { allow, type Decision, deny } from '../../../../../contract/decision.ts'
import { type Clock, type Instant, instant, since } from '../../../../runtime/clock.ts'
import { within } from '../../../../runtime/within.ts'

/** What the gate shows of itself: PEM, and when it is worth showing. */
export interface ClientIdentity {
  /** Changes with the value. */
  readonly version: string
  readonly certificate: string
  readonly privateKey: string
  /** Milliseconds since the epoch. */
  readonly validFrom: number
  readonly expiresAt: number
}

/** The current value of a secret, and the name of that version. */
export type ReadSecret = () => Promise<{ readonly version: string; readonly value: string }>

/** The gate's certificate as of now, kept between requests. */
export interface ClientCertificate {
  /** The one to show. Denial: `upstream.certificate_unavailable`. */
  current(withinMs: number): Promise<Decision<ClientIdentity>>
  /** Another than this one, which an upstream refused; undefined where there is none, or it was asked for a moment ago. */
  replacing(refused: ClientIdentity, withinMs: number): Promise<ClientIdentity | undefined>
}

/** Between two readings: while there is something to show, and while there is not. An upstream that refuses everyone must not become calls of Secrets Manager. */
const restMs = 5000
const restWithoutMs = 1000
/** A request waits no longer for a reading, which is given up before: but not while an instance is frozen. */
const patienceMs = 3000

/**
 * Reads the certificate when it is first needed, and anew, beside the requests, once a value is `ttlMs` old. While there is no new one
 * to be had, or what there is cannot be used, the old one is shown for as long as it is valid: upstreams judge it in any case.
 */
export function createClientCertificate(
  read: ReadSecret,
  ttlMs: number,
  { clock, trouble: report }: { clock: Clock; trouble: (note: string) => void },
): ClientCertificate {
  let known: { readonly identity: ClientIdentity; readonly readAt: Instant } | undefined
  let pending: { readonly startedAt: Instant; readonly done: Promise<void> } | undefined
  let trouble = 'not read'

  const load = async (startedAt: Instant): Promise<void> => {
    try {
      const { version, value } = await read()
      // A reading that was overtaken by a later one.
      if (known && known.readAt.steady > startedAt.steady) return
      const identity = known?.identity.version === version ? known.identity : identityOf(version, value)
      // It was put there too early, or too late: what there is serves as long as it can.
      if (identity !== known?.identity && isValid() && !isTimely(identity)) {
        throw new UnusableSecret('not valid now')
      }
      known = { identity, readAt: startedAt }
    } catch (error) {
      trouble = error instanceof UnusableSecret ? `${error.name}: ${error.message}` : nameOf(error)
      report(`the certificate for the upstream cannot be renewed: ${trouble}`)
    }
  }
  const isTimely = ({ validFrom, expiresAt }: ClientIdentity) =>
    validFrom <= clock.wall() && expiresAt > clock.wall()
  /** One that is valid too early is shown all the same where there is no other: clocks differ. */
  const isValid = () => known !== undefined && known.identity.expiresAt > clock.wall()
  /** Resolves whatever comes of it, at once if that was tried a moment ago. */
  const refresh = async (): Promise<void> => {
    const rest = Math.min(isValid() ? restMs : restWithoutMs, ttlMs)
    if (pending && since(pending.startedAt, clock) < rest) return pending.done
    const startedAt = instant(clock)
    pending = { startedAt, done: load(startedAt) }
    return pending.done
  }
  const waitFor = (done: Promise<void>, withinMs: number) =>
    within(Math.min(withinMs, patienceMs), done).catch(() => {
      trouble = 'TooLate'
    })

  return {
    async current(withinMs) {
      if (!known || !isValid()) await waitFor(refresh(), withinMs)
      else if (since(known.readAt, clock) >= ttlMs) refresh()
      return known && isValid()
        ? allow(known.identity)
        : deny('upstream.certificate_unavailable', { note: known ? 'expired' : trouble })
    },
    async replacing({ version }, withinMs) {
      if (known?.identity.version === version) await waitFor(refresh(), withinMs)
      return known && known.identity.version !== version && isValid() ? known.identity : undefined
    },
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'error')

/** A secret that is not what was declared. Its text must not get into a log, so neither may what a parser says of it: words of our own. */
class UnusableSecret extends Error {
  override readonly name = 'UnusableSecret'
}

function identityOf(version: string, value: string): ClientIdentity {
  const { certificate, privateKey } = Object(orUnusable('not JSON', () => JSON.parse(value)))
  if (typeof certificate !== 'string' || typeof privateKey !== 'string') {
    throw new UnusableSecret('not a text each as certificate and privateKey')
  }
  const leaf = orUnusable('the certificate cannot be read', () => new X509Certificate(certificate))
  const key = orUnusable('the key cannot be read, or is encrypted', () => createPrivateKey(privateKey))
  if (!leaf.checkPrivateKey(key)) throw new UnusableSecret('the key is of another certificate')
  orUnusable('TLS does not take it', () => createSecureContext({ cert: certificate, key: privateKey }))
  const times = { validFrom: Date.parse(leaf.validFrom), expiresAt: Date.parse(leaf.validTo) }
  return { version, certificate, privateKey, ...times }
}

function orUnusable<T>(why: string, read: () => T): T {
  try {
    return read()
  } catch {
    throw new UnusableSecret(why)
  }
}
