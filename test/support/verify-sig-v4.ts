import { createHash, createHmac } from 'node:crypto'

/** A request as a service received it. */
export interface SignedRequest {
  readonly method: string
  /** Path and query, byte for byte. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string | Buffer
}

/**
 * Whether a request bears a good signature of version 4, judged as AWS describes it and not by any SDK:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSigned(request: SignedRequest, secret: string): boolean {
  const text = (name: string) => String(request.headers[name] ?? '')
  const [, scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      text('authorization'),
    ) ?? []
  const [date = '', region = '', service = ''] = scope.split('/')
  const [path = '', query = ''] = request.url.split('?')
  const hash = sha256(request.body)
  const claimed = request.headers['x-amz-content-sha256']
  if (claimed !== undefined && claimed !== hash) return false
  const canonical = [
    request.method,
    path
      .split('/')
      // As it was sent is once; all services but S3 want it twice.
      .map(segment => encode(service === 's3' ? decodeURIComponent(segment) : segment))
      .join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map(pair => pair.split('='))
      // A plus is a plus here: only a form would read a space.
      .map(([name = '', value = '']) => [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))])
      .sort(([a = '', x = ''], [b = '', y = '']) => (a === b ? compare(x, y) : compare(a, b)))
      .map(pair => pair.join('='))
      .join('&'),
    ...names.split(';').map(name => `${name}:${text(name).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    hash,
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', text('x-amz-date'), scope, sha256(canonical)].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    `AWS4${secret}`,
  )
  return createHmac('sha256', key).update(toSign).digest('hex') === signature
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const encode = (text: string) =>
  [...Buffer.from(text)]
    .map(byte => String.fromCharCode(byte))
    .map(char =>
      /[A-Za-z0-9_.~-]/.test(char)
        ? char
        : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
