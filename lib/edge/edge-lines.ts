import type { Line } from '../compile/metadata.ts'
import type { Edge } from './edge.ts'

const isUsual = ({ target }: Edge['endpoint']) => target.kind === 'regional' && !target.dualStack

/** What an API declares of its edge, in words. */
export function edgeLines({ endpoint, domain, callers, tracing }: Edge): Line[] {
  return [
    ...(isUsual(endpoint) ? [] : [['endpoint', String(endpoint)] as const]),
    ...(domain ? domainLines(domain) : []),
    ...(callers ? [['callers', `from ${callers.addresses.join(' or ')}`] as const] : []),
    ...(tracing ? [] : [['tracing', 'off'] as const]),
  ]
}

function domainLines({ name, clientCertificates }: NonNullable<Edge['domain']>): Line[] {
  if (!clientCertificates) return [['domain', `${name}, TLS 1.3`]]
  const { bucket, key, version } = clientCertificates
  const truststore = `${key} of ${bucket.node.path}${version === undefined ? '' : `, version ${version}`}`
  return [
    ['domain', `${name}, TLS 1.2 or 1.3: AWS has no TLS 1.3 alone together with client certificates`],
    ['client certificates', `of authorities in ${truststore}`],
  ]
}
