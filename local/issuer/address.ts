import { isIP } from 'node:net'

/** An issuer's URL, taken apart for serving it. */
export interface IssuerAddress {
  /** Byte for byte as declared; what `iss` and the discovery document say. */
  readonly issuer: string
  readonly url: URL
  /** What all of its endpoints are below: `''` or `/realms/main`, never with a final slash. */
  readonly basePath: string
}

/**
 * Reads an issuer identifier: https, with or without path and final slash (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).
 * Throws a `TypeError` for a query, a fragment, a user name, and for an address in place of a host name.
 */
export function readIssuerAddress(issuer: string): IssuerAddress {
  const url = readHttpsUrl(issuer, 'an issuer')
  // One slash: Discovery §4 has it removed before /.well-known is appended.
  return { issuer, url, basePath: url.pathname.replace(/\/$/, '') }
}

/** Reads where a key set is published. Throws as {@link readIssuerAddress} does. */
export const readJwksUri = (jwksUri: string): URL => readHttpsUrl(jwksUri, 'a jwksUri')

function readHttpsUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain =
    url?.protocol === 'https:' && !url.username && !url.password && !/[?#]/.test(text) && !isAddress(url)
  if (isPlain) return url
  throw new TypeError(
    `local issuer: '${text}' is not supported; ${what} is an https URL of a host name, without user, query or fragment, such as https://login.example.com or https://sso.example.com/realms/main`,
  )
}

// TLS server names are never addresses (RFC 6066 §3), so nobody could reach it through the front.
const isAddress = ({ hostname }: URL) => isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
