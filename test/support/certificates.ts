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
  readonly validity?: readonly [from: Date, to: Date]
}

const hour = 60 * 60 * 1000
export const hoursFromNow = (hours: number) => new Date(Date.now() + hours * hour)
const aDay = [hoursFromNow(-1), hoursFromNow(23)] as const
const algorithm = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** A certificate authority of a test's own. */
export async function createTestAuthority(name: string, [from, to]: readonly [Date, Date] = aDay) {
  const root = await generate([{ name: 'commonName', value: name }], {
    ...algorithm,
    notBeforeDate: from,
    notAfterDate: to,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return {
    certificate: root.cert,
    async sign({
      names = ['crm.example.com'],
      of = 'server',
      validity = aDay,
    }: LeafOptions = {}): Promise<Certified> {
      const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'nobody' }], {
        ...algorithm,
        notBeforeDate: validity[0],
        notAfterDate: validity[1],
        ca: { key: root.private, cert: root.cert },
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
