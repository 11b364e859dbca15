import { createHash, X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

/** A certificate and its key, PEM. */
export interface Certified {
  readonly certificate: string
  readonly privateKey: string
}

export interface LeafOptions {
  /** Host names and addresses. @default crm.example.com */
  readonly names?: readonly string[]
  /** @default 'server' */
  readonly of?: 'server' | 'client'
  /** @default valid from an hour ago, for a day */
  readonly validity?: Validity
}

type Validity = readonly [from: Date, to: Date]

const hour = 60 * 60 * 1000
export const hoursFromNow = (hours: number) => new Date(Date.now() + hours * hour)
const aDay: Validity = [hoursFromNow(-1), hoursFromNow(23)]
const algorithm = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

interface Authority {
  readonly certificate: string
  sign(options?: LeafOptions): Promise<Certified>
  /** An authority below it. */
  intermediate(name: string): Promise<Authority>
}

/** A certificate authority of a test's own. @param validity by default long enough that nobody is warned */
export const createTestAuthority = (
  name: string,
  validity: Validity = [hoursFromNow(-1), hoursFromNow(60 * 24)],
): Promise<Authority> => createAuthority(name, validity)

async function createAuthority(
  name: string,
  [from, to]: Validity,
  above?: { key: string; cert: string },
): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...algorithm,
    notBeforeDate: from,
    notAfterDate: to,
    ...(above && { ca: above }),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const own = { key: made.private, cert: made.cert }
  return {
    certificate: made.cert,
    intermediate: below => createAuthority(below, aDay, own),
    async sign({
      names = ['crm.example.com'],
      of = 'server',
      validity = aDay,
    }: LeafOptions = {}): Promise<Certified> {
      const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'nobody' }], {
        ...algorithm,
        notBeforeDate: validity[0],
        notAfterDate: validity[1],
        ca: own,
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: of === 'server', clientAuth: of === 'client' },
          ...(names.length > 0
            ? [
                {
                  name: 'subjectAltName' as const,
                  altNames: names.map(value =>
                    /^[\d.]+$/.test(value)
                      ? ({ type: 7, ip: value } as const)
                      : ({ type: 2, value } as const),
                  ),
                },
              ]
            : []),
        ],
      })
      return { certificate: leaf.cert, privateKey: leaf.private }
    },
  }
}

/** As `Trust.publicKeys` takes it. */
export const pinOf = ({ certificate }: Pick<Certified, 'certificate'>): string => {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256/${createHash('sha256').update(key).digest('base64')}`
}

/** A certificate with an RSA key, which nobody signed. */
export async function selfSignedRsa(): Promise<Certified> {
  const made = await generate([{ name: 'commonName', value: 'gate' }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
  })
  return { certificate: made.cert, privateKey: made.private }
}
