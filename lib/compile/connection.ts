import type { ConnectionManifest } from '../../contract/connection-manifest.ts'
import type { DeclaredConnection } from '../declare/connection.ts'
import type { Deploy } from './manifests.ts'

/** How a gate connects to its upstream. */
export const connectionManifest = (
  { trust, tls12Reason, clientCertificate, network, connectTimeout }: DeclaredConnection,
  deploy: Deploy,
): ConnectionManifest => ({
  timeoutMs: connectTimeout.toMilliseconds(),
  minVersion: tls12Reason === undefined ? 'TLSv1.3' : 'TLSv1.2',
  authorities: trust.certificates,
  publicKeys: trust.keyHashes,
  network,
  clientCertificate: clientCertificate
    ? {
        secret: deploy('UPSTREAM_CERTIFICATE', clientCertificate.secret.secretArn),
        ttlMs: clientCertificate.cacheTtl.toMilliseconds(),
      }
    : null,
})

/** What of it is not as it is by default, in words: see contract.ts. */
export function connectionLines({
  trust,
  tls12Reason,
  clientCertificate,
  network,
  vpc,
}: DeclaredConnection): Array<readonly [about: string, text: string]> {
  const isPublic = trust.certificates === null && trust.keyHashes === null
  return [
    ...(isPublic ? [] : [['trust', String(trust)] as const]),
    ...(tls12Reason === undefined ? [] : [['TLS', `unsafe, 1.2: ${tls12Reason}`] as const]),
    ...(clientCertificate
      ? [
          [
            'client certificate',
            `of ${clientCertificate.secret.node.path}, looked at every ${clientCertificate.cacheTtl.toSeconds()} s`,
          ] as const,
        ]
      : []),
    ...(network === 'private' ? [['network', 'private addresses too'] as const] : []),
    ...(vpc ? [['vpc', vpc.vpc.node.path] as const] : []),
  ]
}
