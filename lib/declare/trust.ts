import { X509Certificate } from 'node:crypto'
import { Token } from 'aws-cdk-lib'
import { describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Whom the gate believes to be an upstream. Chain, validity and name of its certificate are checked in any case. */
export class Trust {
  /** The authorities that Node.js comes with: those of Mozilla's programme, as of the runtime's release. */
  static publicAuthorities(): Trust {
    return new Trust(null, null)
  }

  /**
   * These authorities, and no others.
   *
   * @param pem certificates of CAs, root or intermediate, one or more in each text; written down, not read at deploy
   */
  static authorities(...pem: readonly string[]): Trust {
    const at = 'Trust.authorities'
    if (pem.length === 0) throw new DeclarationError({ at, given: 'no certificate', ...wanted })
    const certificates = pem.flatMap((text, i) => readCertificates(`${at}[${i}]`, text))
    return new Trust([...new Set(certificates)], null)
  }

  /**
   * A public authority, and one of these public keys in the upstream's own certificate: see {@link Trust.withPublicKeys}, which has it with
   * authorities of your own.
   */
  static publicKeys(...pins: readonly string[]): Trust {
    return Trust.publicAuthorities().#pinned('Trust.publicKeys', pins)
  }

  /** PEM, one certificate each. Null: the public ones. */
  readonly certificates: readonly string[] | null
  /** Base64 of SHA-256 hashes. Null: any key. */
  readonly keyHashes: readonly string[] | null

  private constructor(certificates: readonly string[] | null, keyHashes: readonly string[] | null) {
    this.certificates = certificates
    this.keyHashes = keyHashes
  }

  /**
   * Besides, the upstream's own certificate must have one of these public keys.
   *
   * The consequence: a new key there is a deployment here, first. So name two keys, of which one is kept for the next certificate.
   *
   * @param pins `sha256/` and base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 §2.4)
   */
  withPublicKeys(...pins: readonly string[]): Trust {
    return this.#pinned('Trust.withPublicKeys', pins)
  }

  #pinned(at: string, pins: readonly string[]): Trust {
    const wrong = pins.length === 0 ? 'no public key' : pins.find(pin => !isPin(pin))
    if (wrong === undefined) return new Trust(this.certificates, [...new Set(pins.map(pin => pin.slice(7)))])
    throw new DeclarationError({
      at,
      given: pins.length === 0 ? wrong : describeValue(wrong),
      allowed: "'sha256/' and base64 of the SHA-256 of a SubjectPublicKeyInfo, one or more",
      fix: 'openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64',
    })
  }

  /** Authorities that expire within 30 days: their names, for a warning. */
  get expiring(): readonly string[] {
    const soon = Date.now() + 30 * 24 * 60 * 60 * 1000
    return (this.certificates ?? [])
      .map(pem => new X509Certificate(pem))
      .filter(({ validTo }) => Date.parse(validTo) <= soon)
      .map(({ subject, validTo }) => `${oneLine(subject)}, valid to ${validTo}`)
  }

  /** As people say it. */
  toString(): string {
    const authorities = this.certificates
      ? this.certificates.map(pem => `authority ${fingerprint(pem)}`).join(' or ')
      : 'public authorities'
    return this.keyHashes ? `${authorities}, and public key ${this.keyHashes.join(' or ')}` : authorities
  }
}

const wanted = {
  allowed: 'certificates of authorities (CA) in PEM, valid today',
  fix: "for example Trust.authorities(readFileSync('internal-ca.pem', 'utf8'))",
}

const isPin = (pin: unknown): boolean => {
  if (typeof pin !== 'string' || !pin.startsWith('sha256/')) return false
  const hash = Buffer.from(pin.slice(7), 'base64')
  return hash.length === 32 && hash.toString('base64') === pin.slice(7)
}

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256

const oneLine = (name: string): string => name.replaceAll('\n', ', ')

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g

function readCertificates(at: string, text: unknown): string[] {
  const complain = (given: string): never => {
    throw new DeclarationError({ at, given, ...wanted })
  }
  if (typeof text !== 'string' || Token.isUnresolved(text)) return complain(describeValue(text))
  const blocks = [...text.matchAll(block)]
  // A key that is pasted along would be in the deployed package.
  const other = blocks.find(([, label]) => label !== 'CERTIFICATE')
  if (other) complain(`a PEM block of ${other[1]}`)
  if (blocks.length === 0) complain('text without a certificate in PEM')
  return blocks.map(([pem]) => {
    const certificate = parse(pem)
    if (!certificate) return complain('a certificate that cannot be read')
    const name = oneLine(certificate.subject)
    if (!certificate.ca) complain(`the certificate of ${name}, which is no authority`)
    if (Date.parse(certificate.validTo) <= Date.now())
      complain(`the certificate of ${name}, which expired on ${certificate.validTo}`)
    return certificate.toString().trim()
  })
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
