import type { IncomingMessage } from 'node:http'
import { isLocalHost } from '../local-host.ts'

/** Why a request is refused. */
export interface Refusal {
  readonly status: 403 | 405
  readonly text: string
}

/**
 * Who may read the page: a browser that was sent here by a person or by the page itself, and programs on this machine. Undefined: they may.
 *
 * A page of another site could make its own name lead here (the Host is checked), ask across origins (no answer allows that, and what
 * names another origin is refused) or embed what is here (`Sec-Fetch-Site`, which browsers send and pages cannot change). Another
 * port of this machine is another site here: `same-site` is not enough.
 */
export function refuseStranger({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): Refusal | undefined {
  const { host, origin } = headers
  const site = headers['sec-fetch-site']
  if (!isLocalHost(host)) return { status: 403, text: 'This page answers as localhost only.\n' }
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, text: 'This page is not for other pages.\n' }
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { status: 403, text: 'This page is not for other sites. Open its address by hand.\n' }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'This page is for reading.\n' }
  return undefined
}
