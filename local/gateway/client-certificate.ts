import { X509Certificate } from 'node:crypto'
import type { CertificateAuthority } from '../network/ca.ts'

/** As it stands in `requestContext.identity.clientCert` (developer guide, "input to a Lambda authorizer"). */
export interface ClientCertificate {
  readonly clientCertPem: string
  readonly subjectDN: string
  readonly issuerDN: string
  readonly serialNumber: string
  readonly validity: { readonly notBefore: string; readonly notAfter: string }
}

/** A certificate that every caller here is taken to have shown, since a connection without TLS cannot ask for one. */
export async function callersCertificate(ca: CertificateAuthority): Promise<ClientCertificate> {
  const { cert } = await ca.leafFor('caller.localhost')
  const read = new X509Certificate(cert)
  const inOneLine = (name: string) => name.split('\n').reverse().join(',')
  return {
    clientCertPem: cert,
    subjectDN: inOneLine(read.subject),
    issuerDN: inOneLine(read.issuer),
    serialNumber: BigInt(`0x${read.serialNumber}`).toString(),
    validity: { notBefore: read.validFrom, notAfter: read.validTo },
  }
}
