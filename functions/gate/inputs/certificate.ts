import { createHash, X509Certificate } from 'node:crypto'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { CertificateMember } from '../../../contract/rule-values.ts'

/** The certificate of a caller, which API Gateway verified against the truststore when the connection was opened. */
export interface ClientCertificate {
  readonly subjectDN: unknown
  readonly issuerDN: unknown
  readonly serialNumber: unknown
  readonly clientCertPem: unknown
}

/** Never from a header: proxies write those, and so can callers. */
export function readCertificate({ requestContext }: APIGatewayProxyEvent): ClientCertificate | null {
  const given: unknown = requestContext?.identity?.clientCert
  if (typeof given !== 'object' || given === null) return null
  const { subjectDN, issuerDN, serialNumber, clientCertPem } = given as ClientCertificate
  return { subjectDN, issuerDN, serialNumber, clientCertPem }
}

/**
 * What of a certificate is asked for. What is not there, or is no text, is left out, so that no rule holds by it.
 *
 * @throws for a certificate that cannot be read, where its thumbprint is asked for
 */
export function certificateValues(
  certificate: ClientCertificate | null,
  asked: readonly CertificateMember[],
): Partial<Record<CertificateMember, string>> {
  if (!certificate) return {}
  const { clientCertPem, ...named } = certificate
  const values = asked.map(name => [name, name === 'thumbprint' ? thumbprintOf(clientCertPem) : named[name]])
  return Object.fromEntries(values.filter(([, value]) => typeof value === 'string' && value !== ''))
}

/** `x5t#S256` of RFC 8705 §3.1: over the DER, whatever the spelling of the PEM. */
const thumbprintOf = (pem: unknown): string =>
  createHash('sha256')
    .update(new X509Certificate(String(pem)).raw)
    .digest('base64url')
