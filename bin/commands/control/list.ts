import type { Entry, Listed } from '../../../controls/index.ts'
import { UsageError } from '../../../local/usage-error.ts'
import { paint } from '../../paint.ts'
import { quoted } from '../../self.ts'
import { noteText, printable, typeable, unknown, untilText } from './say.ts'
import { chooseTarget, type TargetOptions } from './target.ts'
import { timeText } from './until.ts'
import { asking, openWhere, type WhereOptions } from './where.ts'

interface ListOptions extends WhereOptions, TargetOptions {
  readonly json?: boolean
  readonly history?: boolean
  readonly months?: number
}

/** Prints what is in force, or what was changed. */
export async function list(options: ListOptions): Promise<void> {
  const ways = ['subject', 'client', 'address', 'tokenId', 'route', 'upstream'] as const
  const isOfOne = [...ways, 'issuer', 'api'].some(name => options[name as keyof TargetOptions] !== undefined)
  if (options.months !== undefined && !options.history)
    throw new UsageError(
      '--months without --history\n  fix: add --history, or leave --months out: what is in force is listed however old it is',
    )
  if (options.history && isOfOne)
    throw new UsageError(
      '--history with a target\n  allowed: the whole history, which names callers by HMAC\n  fix:     find the name with "control list", and then search the history for it',
    )
  await asking(options, async () => {
    const { controls, local } = await openWhere({ ...options, by: 'list' })
    if (options.history) {
      const entries = await controls.history({ months: options.months })
      return print(options.json ? JSON.stringify(entries, null, 2) : historyText(entries, process.stdout))
    }
    const target = isOfOne ? chooseTarget(options, ways, local).target : undefined
    const listed = await controls.list(target)
    if (options.json) return print(JSON.stringify(listed, null, 2))
    const isUncounted = target && listed.length === 0 && (await controls.isCounted(target)) === false
    print(`${listText(listed, process.stdout)}${isUncounted ? `\n${noteText(process.stdout)}` : ''}`)
  })
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** What is in force, two lines each: whom it is about and until when; who ordered it and why. */
function listText(listed: readonly Listed[], stream: NodeJS.WriteStream): string {
  if (listed.length === 0) return 'nothing is in force'
  return listed
    .map(each => {
      const { name, about, control, lift } = each
      const dim = (text: string) => paint('dim', text, stream)
      if (!control)
        return [
          `${paint('red', 'UNREADABLE', stream)} ${printable(name)}`,
          `  ${about === 'subject' ? 'gates refuse this subject' : 'gates refuse everybody'} until it is removed: sallyport control ${lift} --listed ${quoted(typeable(name))} --why '…'`,
        ].join('\n')
      const tokens =
        control.issuedBefore === null ? '' : ` of tokens issued until ${timeText(control.issuedBefore)}`
      return [
        `${paint('bold', control.kind, stream)}${tokens} ${dim(aboutText(each))} ${printable(name)}`,
        `  until ${untilText(control)}`,
        `  ${dim('by')} ${printable(control.by || unknown)} ${dim(`at ${timeText(control.at)}:`)} ${printable(control.why || unknown)}`,
      ].join('\n')
    })
    .join('\n')
}

// The names of routes and upstreams begin with what they are.
const aboutText = ({ name, about }: Listed): string => (name.startsWith(about) ? 'on' : `on ${about}`)

/** What was changed, a line and its reason each. */
function historyText(entries: readonly Entry[], stream: NodeJS.WriteStream): string {
  if (entries.length === 0) return 'nothing was changed'
  return entries
    .map(({ at, by, verb, name, why, until }) =>
      [
        `${paint('dim', timeText(at), stream)} ${paint('bold', verb, stream)} ${printable(name)}${until === null ? '' : ` until ${timeText(until)}`}`,
        `  ${paint('dim', 'by', stream)} ${printable(by)}: ${printable(why)}`,
      ].join('\n'),
    )
    .join('\n')
}
