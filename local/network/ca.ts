import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/** A server certificate and its private key, both PEM. */
export interface Leaf {
  cert: string
  key: string
}

/** A certificate authority that lives for one run of the local cloud. */
export interface CertificateAuthority {
  /** The CA certificate, PEM. */
  certificate: string
  /** Where the CA certificate was written; the value for NODE_EXTRA_CA_CERTS. */
  certificateFile: string
  /**
   * The certificate for one host name or IP address, made at the first call and kept.
   * Throws a `TypeError` when `host` is neither.
   */
  leafFor(host: string): Promise<Leaf>
}

export interface AuthorityOptions {
  /** Folder for `local-ca.pem`; created when missing. Only the certificate is ever written, keys stay in memory. */
  directory: string
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number
}

// Long enough for a development session that nobody restarts, short enough that a forgotten file is worthless.
const lifetimeMs = 30 * 24 * 60 * 60 * 1000
// Clients in a container or a virtual machine may run a little behind.
const backdateMs = 5 * 60 * 1000

// RFC 1123 labels. Also keeps a crafted name out of the certificate's fields.
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

/**
 * Makes a fresh EC P-256 certificate authority and writes its certificate to `directory`.
 * Nothing that it signs is trusted by anyone who was not given that file.
 */
export async function createAuthority(options: AuthorityOptions): Promise<CertificateAuthority> {
  const now = options.now ?? Date.now
  const validity = () => ({
    notBeforeDate: new Date(now() - backdateMs),
    notAfterDate: new Date(now() + lifetimeMs),
  })
  // selfsigned's defaults are RSA and SHA-1.
  const algorithm = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

  // A name of its own per run: a client that still holds an old run's CA fails on the issuer's name, not on a puzzling signature.
  const name = `Sallyport local CA ${randomBytes(4).toString('hex')}`
  const root = await generate([{ name: 'commonName', value: name }], {
    ...algorithm,
    ...validity(),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })

  await mkdir(options.directory, { recursive: true })
  const certificateFile = join(options.directory, 'local-ca.pem')
  await writeFile(certificateFile, root.cert)

  async function sign(host: string): Promise<Leaf> {
    const altName = isIP(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const)
    // The host is in the SAN only: RFC 9525 §2 ignores the common name, and that field holds 64 characters at most.
    const leaf = await generate([{ name: 'commonName', value: 'Sallyport local server' }], {
      ...algorithm,
      ...validity(),
      ca: { key: root.private, cert: root.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: [altName] },
      ],
    })
    return { cert: leaf.cert, key: leaf.private }
  }

  const leaves = new Map<string, Promise<Leaf>>()
  return {
    certificate: root.cert,
    certificateFile,
    async leafFor(host) {
      if (!isIP(host) && !hostName.test(host)) {
        throw new TypeError(
          `'${host}' is not a lower-case host name or an IP address; no certificate can be made for it`,
        )
      }
      const known = leaves.get(host)
      if (known) return known
      const leaf = sign(host)
      leaves.set(host, leaf)
      return leaf
    },
  }
}
