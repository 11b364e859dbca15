import { readDevState } from '../../local/dev-state.ts'
import type { PlayedIssuer } from '../../local/issuer/issuers.ts'
import { mintAt } from '../../local/issuer/provider.ts'
import { UsageError } from '../../local/usage-error.ts'
import { missingOptions } from '../required-claims.ts'

interface TokenOptions {
  readonly subject: string
  readonly scope: string
  readonly role: readonly string[]
  readonly claim: Record<string, unknown>
  readonly expiresIn: number
  readonly audience?: string
  readonly client?: string
  readonly issuer?: string
}

/** Prints a token of the running local issuer, alone on stdout. */
export async function token({
  subject,
  scope,
  role,
  claim,
  expiresIn,
  audience,
  client,
  issuer,
}: TokenOptions): Promise<void> {
  const { issuers } = readDevState(process.cwd())
  const chosen = choose(issuers, issuer)
  checkAudience(chosen, audience)
  refuseClaimsWithOptions(Object.keys(claim))
  if (scope && chosen.scopesClaim === null) refuseUnused(chosen, 'scopes', '--scope')
  if (role.length > 0 && chosen.rolesClaim === null) refuseUnused(chosen, 'roles', '--role')
  const missing = missingOptions(chosen, { scope, hasRole: role.length > 0, claims: Object.keys(claim) })
  if (missing.length > 0) {
    throw new UsageError(
      `the app refuses tokens of ${chosen.issuer} without ${chosen.requiredClaims.join(', ')}\n` +
        `  fix: add ${missing.map(({ option }) => `${option}…`).join(' ')}`,
    )
  }
  try {
    const made = await mintAt(chosen.origin, {
      subject,
      expiresInSeconds: expiresIn,
      ...(scope && { scope }),
      ...(role.length > 0 && { roles: role }),
      ...(Object.keys(claim).length > 0 && { claims: claim }),
      ...(audience !== undefined && { audience }),
      ...(client !== undefined && { client }),
    })
    process.stdout.write(`${made}\n`)
  } catch (error) {
    // Without the error code of OAuth before it, which says less.
    throw new UsageError(`the issuer made no token: ${(error as Error).message.replace(/^\w+: /, '')}`)
  }
}

function checkAudience({ audiences }: PlayedIssuer, audience: string | undefined): void {
  if (audience === undefined ? audiences.length === 1 : audiences.includes(audience)) return
  throw new UsageError(
    audience === undefined
      ? `the issuer has several audiences; choose one with --audience: ${audiences.join(', ')}`
      : `--audience ${audience}: the app declares ${audiences.join(', ')}`,
  )
}

const optionsOfClaims = {
  sub: '--subject',
  aud: '--audience',
  scope: '--scope',
  exp: '--expires-in',
  iss: '--issuer',
  client_id: '--client',
} as const

function refuseClaimsWithOptions(claims: readonly string[]): void {
  for (const [claim, option] of Object.entries(optionsOfClaims)) {
    if (!claims.includes(claim)) continue
    throw new UsageError(`--claim ${claim}: this claim has an option of its own\n  fix: use ${option}`)
  }
}

function refuseUnused({ issuer }: PlayedIssuer, what: string, option: string): never {
  throw new UsageError(`${option}: tokens of ${issuer} carry no ${what}\n  fix: leave ${option} out`)
}

/** The issuer that is meant, which is one that can make tokens here. */
function choose(
  issuers: readonly PlayedIssuer[],
  name: string | undefined,
): PlayedIssuer & { readonly origin: string } {
  const able = issuers.filter(({ builtIn }) => builtIn)
  const found = name === undefined ? issuers : issuers.filter(({ issuer }) => issuer === name)
  const [chosen, ...others] = found
  if (!chosen) throw new UsageError(`--issuer ${name ?? ''}: the app declares ${namesOf(issuers)}`)
  if (others.length > 0) {
    throw new UsageError(
      `the app has several issuers; choose one with --issuer: ${namesOf(able.length > 0 ? able : issuers)}`,
    )
  }
  const { issuer, origin, builtIn } = chosen
  if (origin === null) {
    throw new UsageError(
      `the keys of ${issuer} are pinned in the app: only who holds their private parts can make its tokens\n` +
        `  allowed: issuers that are played here: ${namesOf(able)}\n` +
        '  fix: declare it with Issuer.oidc, or pin a key of your own, while you develop',
    )
  }
  if (!builtIn)
    throw new UsageError(`${issuer} is served by your own ${origin}; only that can make its tokens`)
  return { ...chosen, origin }
}

const namesOf = (issuers: readonly PlayedIssuer[]) => issuers.map(({ issuer }) => issuer).join(', ') || 'none'
