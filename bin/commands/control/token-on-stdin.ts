import { UsageError } from '../../../local/usage-error.ts'

interface GivenToken {
  readonly issuer: string
  readonly tokenId: string
  readonly expiresAt: Date
}

/**
 * Reads whose token is given on stdin: a token on a command line would be in the shell's history and in every process list. It is not
 * verified, and nothing of it is shown.
 */
export async function readTokenOnStdin(stdin: NodeJS.ReadStream): Promise<GivenToken> {
  if (stdin.isTTY)
    throw new UsageError(
      '--token-stdin: nothing is piped into this command\n' +
        '  allowed: the token on stdin, so that no screen and no history shows it\n' +
        '  fix:     pbpaste | sallyport control revoke --token-stdin …, or … < token-file',
    )
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > longest) throw notAToken('more than a token')
  }
  return readToken(text)
}

const longest = 20_000

export function readToken(text: string): GivenToken {
  const words = text.split(/\s+/).filter(word => word !== '' && !/^Bearer$/i.test(word))
  // To take the first alone would say of the others, too, that they are revoked.
  if (words.filter(word => word.includes('.')).length > 1) throw notAToken('more than one token')
  if (words.length > 1) throw notAToken('more than the token')
  const [, payload, signature, ...more] = words.join().split('.')
  if (payload === undefined || signature === undefined || more.length > 0) throw notAToken('no JWT')
  const { iss, jti, exp } = claimsOf(payload)
  if (typeof iss !== 'string' || iss === '') throw notAToken('a JWT without iss')
  if (typeof exp !== 'number' || !(exp > 0 && exp < 1e11)) throw notAToken('a JWT without exp')
  if (typeof jti === 'string' && jti !== '')
    return { issuer: iss, tokenId: jti, expiresAt: new Date(exp * 1000) }
  throw new UsageError(
    '--token-stdin: the token has no jti, so it cannot be told from others\n' +
      '  allowed: a token with jti\n' +
      '  fix:     revoke all tokens of its subject: sallyport control revoke --issuer … --subject …',
  )
}

function claimsOf(payload: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  } catch {
    throw notAToken('no JWT')
  }
}

const notAToken = (given: string): UsageError =>
  new UsageError(
    `--token-stdin: ${given}\n  allowed: one access token, a JWT\n  fix:     pipe the token alone, as the Authorization header has it`,
  )
