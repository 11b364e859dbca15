import type { Change } from '../../../controls/index.ts'
import { UsageError } from '../../../local/usage-error.ts'
import { describeChange, tokenOnStdin } from './say.ts'
import { type ChosenTarget, chooseTarget, optionOf, type TargetOptions, type Way } from './target.ts'
import { readTokenOnStdin } from './token-on-stdin.ts'
import { asking, openWhere, type Where, type WhereOptions } from './where.ts'

interface Ordering extends WhereOptions, TargetOptions {
  readonly why: string
  readonly json?: boolean
  /** Of orders that last. */
  readonly shorten?: boolean
}

/** Chooses the target, changes it, and says what was done. */
async function change<W extends Way>(
  options: Ordering,
  ways: readonly W[],
  run: (chosen: ChosenTarget<W>, where: Where) => Promise<Change>,
): Promise<void> {
  await asking(options, async () => {
    const where = await openWhere(options)
    const chosen = chooseTarget(options, ways, where.local)
    say(await run(chosen, where), chosen, where, options)
  })
}

function say(
  done: Change,
  { words, options: target }: Pick<ChosenTarget<Way>, 'words' | 'options'>,
  { by, options: table }: Where,
  { why, json }: Ordering,
): void {
  const text = json
    ? JSON.stringify(done, null, 2)
    : describeChange({ change: done, words, target, table, by, why }, process.stdout)
  process.stdout.write(`${text}\n`)
}

export const quarantine = ({ until, ...options }: Ordering & { readonly until: Date }) =>
  change(options, ['subject', 'client', 'address'], ({ target }, { controls }) =>
    controls.quarantine(target, { until, why: options.why, shorten: options.shorten }),
  )
export const release = (options: Ordering) =>
  change(options, ['subject', 'client', 'address', 'listed'], ({ target }, { controls }) =>
    controls.release(target, { why: options.why }),
  )
export const close = ({ until, ...options }: Ordering & { readonly until?: Date }) =>
  change(options, ['route', 'upstream'], ({ target }, { controls }) =>
    controls.close(target, { until, why: options.why, shorten: options.shorten }),
  )
export const open = (options: Ordering) =>
  change(options, ['route', 'upstream', 'listed'], ({ target }, { controls }) =>
    controls.open(target, { why: options.why }),
  )

interface RevokeOptions extends Ordering {
  readonly until?: Date
  readonly issuedBefore?: Date
  readonly tokenStdin?: boolean
}

export async function revoke({ until, issuedBefore, tokenStdin, ...options }: RevokeOptions): Promise<void> {
  const { why, shorten } = options
  if (tokenStdin) {
    refuseBeside({ ...options, until, issuedBefore })
    return withToken(options, (token, { controls }) => controls.revokeToken(token, { why, shorten }))
  }
  if (until === undefined)
    throw new UsageError(
      '--until: nothing\n  allowed: when the last of these tokens has expired\n  fix:     add --until, for example --until 24h: tokens last no longer where an issuer declares no other maxLifetime',
    )
  if (issuedBefore !== undefined && options.tokenId !== undefined)
    throw new UsageError('--issued-before with --token-id\n  fix: leave --issued-before out')
  await change(options, ['subject', 'client', 'tokenId'], ({ target }, { controls }) =>
    'tokenId' in target
      ? controls.revokeToken({ ...target, expiresAt: until }, { why, shorten })
      : controls.revokeTokens(target, { until, why, shorten, ...(issuedBefore && { issuedBefore }) }),
  )
}

export async function restore({ tokenStdin, ...options }: RevokeOptions): Promise<void> {
  const { why } = options
  if (!tokenStdin)
    return change(options, ['subject', 'client', 'tokenId', 'listed'], ({ target }, { controls }) =>
      controls.restore(target, { why }),
    )
  refuseBeside(options)
  await withToken(options, ({ issuer, tokenId }, { controls }) =>
    controls.restore({ issuer, tokenId }, { why }),
  )
}

/** The token says all there is to say. */
function refuseBeside(
  options: TargetOptions & { readonly until?: Date; readonly issuedBefore?: Date },
): void {
  const beside = ['issuer', 'subject', 'client', 'tokenId', 'listed', 'until', 'issuedBefore'] as const
  const found = beside.find(name => options[name] !== undefined)
  if (found === undefined) return
  const option = optionOf(found)
  throw new UsageError(`${option} with --token-stdin: the token says so itself\n  fix: leave ${option} out`)
}

async function withToken(
  options: Ordering,
  run: (token: Awaited<ReturnType<typeof readTokenOnStdin>>, where: Where) => Promise<Change>,
): Promise<void> {
  const token = await readTokenOnStdin(process.stdin)
  await asking(options, async () => {
    const where = await openWhere(options)
    const done = await run(token, where)
    // By its HMAC: nothing of the token is shown, also not its id.
    say(done, { words: tokenOnStdin, options: ['--listed', done.name] }, where, options)
  })
}
