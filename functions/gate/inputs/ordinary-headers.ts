/**
 * Headers that browsers, clients, proxies and API Gateway send with whatever they send: left behind like all that is not
 * declared, but not counted, or every request would count a dozen of them. Those that someone chose to send are counted.
 */
const ordinary = new Set([
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'authorization', 'cache-control'],
  ...['connection', 'content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type'],
  ...['cookie', 'date', 'dnt', 'expect', 'from', 'host', 'keep-alive', 'max-forwards', 'origin', 'pragma'],
  ...['priority', 'range', 'referer', 'save-data', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['upgrade-insecure-requests', 'user-agent', 'via', 'if-match', 'if-modified-since', 'if-none-match'],
  ...['if-range', 'if-unmodified-since', 'access-control-request-headers', 'access-control-request-method'],
  ...['x-amz-cf-id', 'x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'],
  ...['traceparent', 'tracestate', 'baggage', 'x-requested-with'],
])
const families = ['sec-', 'cloudfront-']

/** @param name in lower case */
export const isOrdinary = (name: string): boolean =>
  ordinary.has(name) || families.some(prefix => name.startsWith(prefix))
