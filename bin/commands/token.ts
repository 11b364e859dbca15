import { readDevState } from '../../local/dev-state.ts'
import { mintAt } from '../../local/issuer/provider.ts'
import { UsageError } from '../../local/usage-error.ts'
import { missingOptions } from '../required-claims.ts'

interface TokenOptions {
  readonly subject: string
  readonly scope: string
  readonly claim: Record<string, unknown>
  readonly expiresIn: number
  readonly audience?: string
  readonly issuer?: string
}

/** Prints a token of the running local issuer, alone on stdout. */
export async function token({
  subject,
  scope,
  claim,
  expiresIn,
  audience,
  issuer,
}: TokenOptions): Promise<void> {
  const { issuers } = readDevState(process.cwd())
  const names = issuers.map(entry => entry.issuer).join(', ') || 'none'
  const found = issuer === undefined ? issuers : issuers.filter(entry => entry.issuer === issuer)
  const [chosen, ...others] = found
  if (!chosen) throw new UsageError(`--issuer ${issuer ?? ''}: the app declares ${names}`)
  if (others.length > 0)
    throw new UsageError(`the app has several issuers; choose one with --issuer: ${names}`)
  if (!chosen.builtIn) {
    throw new UsageError(
      `${chosen.issuer} is served by your own ${chosen.origin}; only that can make its tokens`,
    )
  }
  const missing = missingOptions(chosen.requiredClaims, { scope, claims: Object.keys(claim) })
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
      ...(Object.keys(claim).length > 0 && { claims: claim }),
      ...(audience !== undefined && { audience }),
    })
    process.stdout.write(`${made}\n`)
  } catch (error) {
    throw new UsageError(`the issuer made no token: ${(error as Error).message}`)
  }
}
