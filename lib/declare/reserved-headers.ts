/**
 * Headers that belong to the connection, to the gateway, or to whoever is in between (RFC 9110 §7.6.1, RFC 7239): by one of
 * these a caller would speak in their name. A name that ends in `*` stands for all that begin so.
 */
const others = [
  // The connection and the message: written anew for the upstream.
  ...[
    'host',
    'connection',
    'keep-alive',
    'proxy-*',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
  ],
  ...['via', 'content-type', 'content-length', 'content-encoding', 'accept-encoding', 'http2-settings'],
  ...['max-forwards'],
  // Credentials have words of their own.
  ...['authorization', 'cookie', 'set-cookie'],
  // Where a request came from, as proxies and providers say it.
  ...['forwarded', 'x-forwarded-*', 'x-forwarded', 'x-real-ip', 'true-client-ip', 'x-client-ip'],
  ...['x-cluster-client-ip', 'x-remote-ip', 'x-remote-addr', 'x-originating-ip', 'x-host', 'x-scheme'],
  ...[
    'x-url-scheme',
    'front-end-https',
    'fastly-*',
    'fly-*',
    'cf-*',
    'cloudfront-*',
    'x-envoy-*',
    'x-azure-*',
  ],
  ...['x-amz*', 'x-goog-*', 'x-appengine-*', 'x-vercel-*', 'x-nf-*', 'x-arr-*', 'x-waws-*', 'x-iisnode-*'],
  ...['x-client-cert*', 'x-client-dn', 'x-client-verify', 'client-cert*', 'ssl-client-*', 'x-ssl-*'],
  // What changes a request behind the gate that has judged it.
  ...['x-http-method*', 'x-method-override', 'x-original-*', 'x-rewrite-*', 'x-middleware-*', 'x-internal-*'],
  ...['sallyport-*', 'x-sallyport-*'],
]

/** Who a caller is, as gateways and identity-aware proxies say it. */
const identity = [
  ...['x-user', 'x-user-*', 'x-userid', 'x-username', 'x-userinfo', 'x-auth-*', 'x-authenticated-*'],
  ...[
    'x-authorization',
    'x-remote-user',
    'remote-*',
    'x-webauth-*',
    'x-ms-client-principal*',
    'x-ms-token-*',
  ],
  ...['x-consumer-*', 'x-credential-*', 'x-anonymous-consumer', 'x-principal*', 'x-identity*', 'x-jwt-*'],
  ...['x-access-token', 'x-id-token', 'x-scope', 'x-scopes', 'x-role', 'x-roles', 'x-groups'],
]

const among = (names: readonly string[]) => {
  const exact = new Set(names.filter(name => !name.endsWith('*')))
  const prefixes = names.filter(name => name.endsWith('*')).map(name => name.slice(0, -1))
  return (name: string) => exact.has(name) || prefixes.some(prefix => name.startsWith(prefix))
}
const isReserved = among([...others, ...identity])
const isOthers = among(others)

/**
 * Whether a header cannot be declared. An underscore counts as a hyphen: servers with CGI's variables (RFC 3875 §4.1.18)
 * know no difference.
 *
 * @param name in lower case
 */
export const isReservedHeader = (name: string): boolean => isReserved(name.replaceAll('_', '-'))

/**
 * Whether the gate can tell an upstream in a header who is calling: none that a standard gives a meaning (they do not begin with
 * `x-`), and none that speaks for anyone but the gate. No underscore, which some servers drop.
 *
 * @param name in lower case
 */
export const isPrincipalHeader = (name: string): boolean =>
  /^x-[a-z0-9-]*[a-z0-9]$/.test(name) && !isOthers(name)
