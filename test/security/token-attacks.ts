import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { type JWK, SignJWT } from 'jose'
import type { ReasonCode } from '../../contract/reasons.ts'
import { audience, createSigningKey, issuerName, type SigningKey } from '../functions/authorizer/authority.ts'

/** What an attacker has: the issuer's public key, tokens it signed for others, and keys of their own. */
export interface Forge {
  /** The issuer's. What it signs here, a careless or compromised issuer could have signed. */
  readonly key: SigningKey
  readonly stranger: SigningKey
  /** Seconds, by the first door's clock. */
  readonly now: number
  readonly claims: Readonly<Record<string, unknown>>
  /** Signs what it is given, as it stands: text, bytes, or an object that is written as JSON. */
  readonly sign: (changes?: Signed) => Promise<string>
}

interface Signed {
  readonly header?: Part
  readonly payload?: Part
  readonly by?: SigningKey
}
type Part = string | Uint8Array | Readonly<Record<string, unknown>>

const encode = (part: Part): string =>
  Buffer.from(typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)).toString(
    'base64url',
  )

export async function createForge(key: SigningKey, stranger: SigningKey, now: number): Promise<Forge> {
  const claims = {
    iss: issuerName,
    aud: audience,
    sub: 'user-1',
    iat: now - 10,
    exp: now + 300,
    client_id: 'test',
    jti: 'test-token',
    scope: 'deals:read',
  }
  return {
    key,
    stranger,
    now,
    claims,
    async sign({ header = genuine, payload = claims, by = key } = {}) {
      const input = `${encode(header)}.${encode(payload)}`
      const signature = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        by.privateKey,
        Buffer.from(input),
      )
      return `${input}.${Buffer.from(signature).toString('base64url')}`
    },
  }
}

const genuine = { alg: 'ES256', typ: 'at+jwt', kid: 'key' }

/** The `Authorization` headers of a request, none to several, and why the first door refuses them. */
export interface Attack {
  readonly name: string
  readonly reason: ReasonCode
  readonly headers: (forge: Forge) => Promise<readonly string[]>
  /** Servers take such a header for another one before the first door sees it. */
  readonly notOverHttp?: true
}

const plain = (
  name: string,
  reason: ReasonCode,
  headers: (forge: Forge) => readonly string[] | Promise<readonly string[]>,
): Attack => ({ name, reason, headers: async forge => headers(forge) })

const token = (name: string, reason: ReasonCode, make: (forge: Forge) => string | Promise<string>): Attack =>
  plain(name, reason, async forge => [`Bearer ${await make(forge)}`])

/** A genuine token but for its payload. */
const payload = (name: string, reason: ReasonCode, make: (forge: Forge) => Part): Attack =>
  token(name, reason, forge => forge.sign({ payload: make(forge) }))

/** A genuine token but for some claims; undefined leaves one out. */
const claims = (
  name: string,
  reason: ReasonCode,
  changes: Readonly<Record<string, unknown>> | ((forge: Forge) => Readonly<Record<string, unknown>>),
): Attack =>
  payload(name, reason, forge => ({
    ...forge.claims,
    ...(typeof changes === 'function' ? changes(forge) : changes),
  }))

const header = (name: string, reason: ReasonCode, changes: Part): Attack =>
  token(name, reason, ({ sign }) =>
    sign({
      header:
        typeof changes === 'string' || changes instanceof Uint8Array ? changes : { ...genuine, ...changes },
    }),
  )

/** The payload as text, with more members written into it. */
const withText = (name: string, reason: ReasonCode, more: string): Attack =>
  payload(name, reason, ({ claims: all }) => `${JSON.stringify(all).slice(0, -1)},${more}}`)

const unsigned = (head: object, { claims: all }: Forge, signature: string) =>
  `${encode({ ...head })}.${encode(all)}.${signature}`

/** HS256 with something public as the secret: the oldest confusion of keys (RFC 8725 §2.1). */
const symmetric = (name: string, secret: (jwk: JWK) => string): Attack =>
  token(name, 'token.algorithm_not_allowed', ({ key, claims: all }) =>
    new SignJWT(all)
      .setProtectedHeader({ ...genuine, alg: 'HS256' })
      .sign(new TextEncoder().encode(secret(key.publicJwk))),
  )

const partsOf = async ({ sign }: Forge) => (await sign()).split('.') as [string, string, string]

/** The same bytes, written with another last character: its lowest bits are not used. */
function strayBits(part: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = letters.indexOf(part.at(-1) ?? '')
  const other = part.length % 4 === 0 ? undefined : letters[last + 1]
  if (other === undefined) throw new Error('this part has no stray bits')
  return part.slice(0, -1) + other
}

const shape: readonly Attack[] = [
  plain('no token', 'token.missing', () => []),
  plain('an empty header', 'token.missing', () => ['']),
  plain('a scheme and nothing else', 'token.malformed', () => ['Bearer']),
  plain('garbage', 'token.malformed', () => ['Bearer garbage']),
  plain('garbage in three parts', 'token.malformed', () => ['Bearer gar.ba.ge']),
  plain('another scheme', 'token.malformed', async ({ sign }) => [`Basic ${await sign()}`]),
  plain('no scheme', 'token.malformed', async ({ sign }) => [await sign()]),
  plain('two spaces', 'token.malformed', async ({ sign }) => [`Bearer  ${await sign()}`]),
  plain('a tab', 'token.malformed', async ({ sign }) => [`Bearer\t${await sign()}`]),
  {
    ...plain('a space behind', 'token.malformed', async ({ sign }) => [`Bearer ${await sign()} `]),
    notOverHttp: true,
  },
  plain('a list of two', 'token.malformed', async ({ sign }) => [`Bearer ${await sign()}, Bearer x`]),
  plain('another token beside it', 'token.malformed', async ({ sign }) => [
    `Bearer ${await sign()}`,
    `Bearer ${await sign()}`,
  ]),
  plain('another scheme beside it', 'token.malformed', async ({ sign }) => [
    'Basic dTpw',
    `Bearer ${await sign()}`,
  ]),
  claims('a token of 9 KB', 'token.malformed', { padding: 'x'.repeat(6500) }),
  token('an encrypted token', 'token.malformed', () => 'a.b.c.d.e'),
  token('a fourth part', 'token.malformed', async ({ sign }) => `${await sign()}.AAAA`),
  token('no signature', 'token.malformed', async forge => (await partsOf(forge)).slice(0, 2).join('.')),
  token('padding', 'token.malformed', async ({ sign }) => `${await sign()}==`),
  token('standard base64', 'token.malformed', async forge => {
    const [head, body, signature] = await partsOf(forge)
    return `${head}.${body}.${Buffer.from(signature, 'base64url').toString('base64').slice(0, 84)}+/`
  }),
  token('stray bits behind the signature', 'token.malformed', async forge => {
    const [head, body, signature] = await partsOf(forge)
    return [head, body, strayBits(signature)].join('.')
  }),
  payload(
    'a byte order mark before the payload',
    'token.malformed',
    ({ claims: all }) => `\ufeff${JSON.stringify(all)}`,
  ),
  payload('a payload that is not UTF-8', 'token.malformed', ({ claims: all }) =>
    Buffer.concat([Buffer.from(JSON.stringify(all).slice(0, -2)), Buffer.from([0xff, 0x22, 0x7d])]),
  ),
  payload(
    'a payload with more behind it',
    'token.malformed',
    ({ claims: all }) => `${JSON.stringify(all)}{}`,
  ),
  payload('a payload that is a list', 'token.malformed', () => '[]'),
  payload('a payload that is text', 'token.malformed', () => '"sub"'),
  payload('a payload that is null', 'token.malformed', () => 'null'),
  withText('a claim twice', 'token.malformed', '"sub":"admin"'),
  withText('a claim twice, once spelt with escapes', 'token.malformed', '"\\u0073ub":"admin"'),
  withText('a member twice inside a claim', 'token.malformed', '"a":{"b":1,"b":2}'),
  withText('a prototype', 'token.malformed', '"__proto__":{"admin":true}'),
  withText('a prototype inside a claim', 'token.malformed', '"a":[{"constructor":{}}]'),
  withText('nine levels', 'token.malformed', `"a":${'['.repeat(8)}${']'.repeat(8)}`),
  withText('a number that is none', 'token.malformed', '"a":NaN'),
]

const headers: readonly Attack[] = [
  token('alg none, unsigned', 'token.malformed', forge =>
    unsigned({ alg: 'none', typ: 'at+jwt', kid: 'key' }, forge, ''),
  ),
  ...['none', 'NonE', 'HS256', 'es256', 'ES256 ', 'RS256', 'ES256K'].map(alg =>
    token(`alg ${alg}`, 'token.algorithm_not_allowed', forge => unsigned({ ...genuine, alg }, forge, 'c2ln')),
  ),
  header('no alg', 'token.malformed', { alg: undefined }),
  header('a list of algorithms', 'token.malformed', { alg: ['ES256'] }),
  token('an undeclared algorithm', 'token.algorithm_not_allowed', async ({ claims: all }) =>
    new SignJWT(all)
      .setProtectedHeader({ ...genuine, alg: 'ES384' })
      .sign((await createSigningKey('key', 'ES384')).privateKey),
  ),
  symmetric('HS256 with the public key as JWK', jwk => JSON.stringify(jwk)),
  symmetric('HS256 with the public key as PEM', jwk =>
    createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString(),
  ),
  header('no key id', 'token.key_unknown', { kid: undefined }),
  header('an empty key id', 'token.key_unknown', { kid: '' }),
  header('a key id that is a number', 'token.key_unknown', { kid: 1 }),
  header('a key id of 257 characters', 'token.key_unknown', { kid: 'k'.repeat(257) }),
  header('a key id with a line break', 'token.key_unknown', { kid: 'key\n' }),
  header('a key id that climbs', 'token.key_unknown', { kid: '../../dev/null' }),
  header('a key id every object has', 'token.key_unknown', { kid: 'constructor' }),
  header('an unknown key id', 'token.key_unknown', { kid: 'other' }),
  header('no type', 'token.type_not_allowed', { typ: undefined }),
  header('the type of an ID token', 'token.type_not_allowed', { typ: 'JWT' }),
  header('the type of a logout token', 'token.type_not_allowed', { typ: 'logout+jwt' }),
  header('a type with a space', 'token.type_not_allowed', { typ: 'at+jwt ' }),
  header('a type that is a list', 'token.malformed', { typ: ['at+jwt'] }),
  header(
    'a header member twice',
    'token.malformed',
    '{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key"}',
  ),
  header('an unknown critical parameter', 'token.malformed', { crit: ['x'], x: 1 }),
  header('an empty list of critical parameters', 'token.malformed', { crit: [] }),
  header('an unencoded payload', 'token.malformed', { b64: false, crit: ['b64'] }),
  header('b64 without crit', 'token.malformed', { b64: true }),
  header('compression', 'token.malformed', { zip: 'DEF' }),
  header('encryption', 'token.malformed', { enc: 'A256GCM' }),
  token('a key of its own', 'token.malformed', ({ sign, stranger }) =>
    sign({ by: stranger, header: { ...genuine, jwk: stranger.publicJwk } }),
  ),
  token('a key set of its own', 'token.malformed', ({ sign, stranger }) =>
    sign({ by: stranger, header: { ...genuine, jku: 'https://evil.example.com/keys' } }),
  ),
  token('a certificate of its own', 'token.malformed', ({ sign, stranger }) =>
    sign({ by: stranger, header: { ...genuine, x5c: ['MIIB'] } }),
  ),
  token('a certificate somewhere else', 'token.malformed', ({ sign, stranger }) =>
    sign({ by: stranger, header: { ...genuine, x5u: 'https://evil.example.com/cert' } }),
  ),
]

const signatures: readonly Attack[] = [
  token("a stranger's signature", 'token.key_unknown', ({ sign, stranger }) =>
    sign({ by: stranger, header: { ...genuine, kid: 'stranger' } }),
  ),
  token("a stranger's signature under a known key id", 'token.signature_invalid', ({ sign, stranger }) =>
    sign({ by: stranger }),
  ),
  token('a signature of zeros', 'token.signature_invalid', forge => unsigned(genuine, forge, 'A'.repeat(86))),
  token('a signature of one byte', 'token.signature_invalid', forge => unsigned(genuine, forge, 'AA')),
  token('half a signature', 'token.signature_invalid', async forge => {
    const [head, body, signature] = await partsOf(forge)
    return [head, body, signature.slice(0, 44)].join('.')
  }),
  token('another payload under its signature', 'token.signature_invalid', async forge => {
    const [head, , signature] = await partsOf(forge)
    return [head, encode({ ...forge.claims, sub: 'admin' }), signature].join('.')
  }),
  token('another header under its signature', 'token.signature_invalid', async forge => {
    const [, body, signature] = await partsOf(forge)
    return [encode({ ...genuine, cty: 'x' }), body, signature].join('.')
  }),
  token("another token's signature", 'token.signature_invalid', async forge => {
    const [head, body] = await partsOf(forge)
    const other = await forge.sign({ payload: { ...forge.claims, jti: 'other' } })
    return [head, body, other.split('.')[2]].join('.')
  }),
]

const claimed: readonly Attack[] = [
  claims('no issuer', 'claim.missing', { iss: undefined }),
  claims('a list of issuers', 'claim.missing', { iss: [issuerName] }),
  claims('another issuer', 'token.issuer_unknown', { iss: 'https://evil.example.com' }),
  claims('an issuer with a slash behind', 'token.issuer_unknown', { iss: `${issuerName}/` }),
  claims('an issuer in another case', 'token.issuer_unknown', { iss: issuerName.toUpperCase() }),
  claims('no audience', 'claim.missing', { aud: undefined }),
  claims('another audience', 'claim.audience_mismatch', { aud: 'https://other.example.com' }),
  claims('a longer audience', 'claim.audience_mismatch', { aud: `${audience}/admin` }),
  claims('an empty list of audiences', 'claim.audience_mismatch', { aud: [] }),
  claims('an audience beside a number', 'claim.invalid', { aud: [audience, 1] }),
  claims('an audience that is an object', 'claim.invalid', { aud: { [audience]: true } }),
  claims('no subject', 'claim.missing', { sub: undefined }),
  ...[
    ['an empty subject', ''],
    ['a subject that is a number', 1],
    ['a subject that is a list', ['user-1']],
    ['a subject of 256 characters', 'x'.repeat(256)],
    ['a subject with a line break', 'user-1\r\nset-cookie: a=b'],
    ['a subject with NUL', 'user-1\u0000'],
    ['a subject with an invisible letter', 'user\u200b-1'],
    ['a subject with half a letter', 'user\ud800'],
  ].map(([name, sub]) => claims(String(name), 'claim.invalid', { sub })),
  claims('no client', 'claim.missing', { client_id: undefined }),
  claims('a client that is a number', 'claim.invalid', { client_id: 1 }),
  claims('no token id', 'claim.missing', { jti: undefined }),
  claims('no expiry', 'claim.missing', { exp: undefined }),
  claims('an expiry as text', 'claim.invalid', { exp: '9999999999' }),
  claims('an expiry of null', 'claim.invalid', { exp: null }),
  claims('an expiry in milliseconds', 'claim.invalid', ({ now }) => ({ exp: (now + 300) * 1000 })),
  claims('a negative expiry', 'claim.invalid', { exp: -1 }),
  payload('an expiry of 1e400', 'claim.invalid', ({ claims: all }) =>
    JSON.stringify({ ...all, exp: 0 }).replace('"exp":0', '"exp":1e400'),
  ),
  claims('an expiry a moment ago', 'token.expired', ({ now }) => ({ iat: now - 300, exp: now })),
  claims('a life of more than a day', 'claim.invalid', ({ now }) => ({ exp: now - 10 + 86_401 })),
  claims('a life that ends before it begins', 'claim.invalid', ({ now }) => ({
    iat: now - 10,
    exp: now - 10,
  })),
  claims('no time of issue', 'claim.missing', { iat: undefined }),
  claims('a time of issue as text', 'claim.invalid', ({ now }) => ({ iat: String(now) })),
  claims('a time of issue to come', 'token.not_yet_valid', ({ now }) => ({ iat: now + 60 })),
  claims('a beginning as text', 'claim.invalid', { nbf: '0' }),
  claims('a beginning to come', 'token.not_yet_valid', ({ now }) => ({ nbf: now + 60 })),
]

export const attacks: readonly Attack[] = [...shape, ...headers, ...signatures, ...claimed]

/** Whether a token gets as far as its key before it is refused. */
export const needsKey = ({ reason, name }: Attack): boolean =>
  [
    'token.signature_invalid',
    'token.expired',
    'token.not_yet_valid',
    'claim.audience_mismatch',
    'claim.invalid',
  ].includes(reason) ||
  (reason === 'claim.missing' && !/issuer/.test(name)) ||
  (reason === 'token.key_unknown' && !/^no |^an empty|number|257|line break/.test(name))
