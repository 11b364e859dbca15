import { isIP } from 'node:net'

/** Production host name → the local server that plays it, such as `{ 'login.example.com': 'http://127.0.0.1:4001' }`. */
export type LocalNames = Readonly<Record<string, string>>

/** Where the front connects for one host name. */
export interface Origin {
  secure: boolean
  hostname: string
  port: number
}

const defaultPort: Record<string, number> = { 'http:': 80, 'https:': 443 }

/**
 * Reads a table of local names.
 * Throws a `TypeError` naming the entry when a host is not a plain lower-case name, or when an origin is anything but
 * `http(s)://host[:port]`: bytes are piped unchanged, so a path or a user name there could not be honoured.
 */
export function readNames(names: LocalNames): Map<string, Origin> {
  return new Map(Object.entries(names).map(([host, origin]) => [readHost(host), readOrigin(host, origin)]))
}

function readHost(host: string): string {
  // TLS server names are never addresses (RFC 6066 §3), so an address here could not be reached.
  if (isIP(host) || !/^[a-z0-9.-]+$/.test(host) || host.endsWith('.')) {
    throw new TypeError(
      `local names: '${host}' is not a lower-case host name; give the name alone, without scheme, port or final dot`,
    )
  }
  return host
}

function readOrigin(host: string, origin: string): Origin {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  const port = url && defaultPort[url.protocol]
  if (!url || port === undefined || url.href !== `${url.origin}/`) {
    throw new TypeError(
      `local names: '${host}' points to '${origin}'; an origin is http://host:port or https://host:port, without path, query or user name`,
    )
  }
  return {
    secure: url.protocol === 'https:',
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? port : Number(url.port),
  }
}
