import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { allow, deny } from '../../../../../contract/decision.ts'
import { type Deployed, resolveDeployed } from '../../../../../contract/deployed.ts'
import type { CredentialsKind } from '../../../../../contract/upstream-manifest.ts'
import { roleCredentials } from '../../../../runtime/credentials.ts'
import { grouped, type Pairs } from '../../../inputs/pairs.ts'
import type { Credentials } from './credentials.ts'

type Data = string | ArrayBuffer | ArrayBufferView

/** SHA-256, or its HMAC under a secret, as the signer wants it. */
class Sha256 {
  readonly #hash
  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret))
  }
  update(data: Data): void {
    this.#hash.update(bytesOf(data))
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}

const bytesOf = (data: Data): Buffer => {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data)
}

/**
 * Signs each request with the role of the gate's function: host, method, path, query, headers and body, with an `x-amz-date` that AWS
 * services take for five minutes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function openSigV4(
  { service, region }: CredentialsKind<'sigV4'>,
  url: Deployed,
  environment: NodeJS.ProcessEnv,
  now: () => number = Date.now,
): Promise<Credentials> {
  const { host, hostname, protocol } = new URL(resolveDeployed(url, environment))
  const signer = new SignatureV4({
    service,
    region: region === null ? (environment.AWS_REGION ?? '') : resolveDeployed(region, environment),
    credentials: roleCredentials(environment),
    sha256: Sha256,
    // Everywhere but in S3, what is signed of the path is encoded once more.
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  })

  return async outgoing => {
    const { path, query } = canonicalTarget(outgoing.path)
    try {
      const { headers } = await signer.sign(
        {
          method: outgoing.method,
          protocol,
          hostname,
          path,
          query: Object.fromEntries(grouped(query)),
          headers: { ...outgoing.headers, host },
          ...(outgoing.body !== null && { body: outgoing.body }),
        },
        { signingDate: new Date(now()) },
      )
      return allow({ ...outgoing, path: query.length > 0 ? `${path}?${written(query)}` : path, headers })
    } catch (error) {
      return deny('credentials.unavailable', { note: String((error as Error).name) })
    }
  }
}

/**
 * The same target in the encoding that AWS signs (RFC 3986 §2.3: all but unreserved characters), so that what is sent is what was
 * signed however a service reads it: of `+` and `!`, some make something else.
 */
function canonicalTarget(target: string): { path: string; query: Pairs } {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query = at < 0 ? '' : target.slice(at + 1)
  return {
    path: path
      .split('/')
      .map(segment => encode(decodeURIComponent(segment)))
      .join('/'),
    query: [...new URLSearchParams(query)],
  }
}

const written = (query: Pairs): string =>
  query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
