import { type Command, InvalidArgumentError, Option } from 'commander'
import { list } from './list.ts'
import { close, open, quarantine, release, restore, revoke } from './orders.ts'
import { readListed } from './say.ts'
import { readPast, readTime } from './until.ts'

/** Adds `sallyport control …`. */
export function addControl(program: Command): void {
  const control = program
    .command('control')
    .description('quarantine, revoke and close, in a deployed table or the running local cloud')
    .addHelpText('after', helpText)

  const targets: Readonly<Record<string, readonly [option: string, text: string]>> = {
    issuer: ['--issuer <issuer>', 'exactly as its tokens say'],
    subject: ['--subject <sub>', 'a user of this issuer'],
    client: ['--client <id>', 'a client of this issuer'],
    address: ['--address <ip>', 'an IPv4 address, or of IPv6 its /64'],
    token: ['--token-id <jti>', 'one token of this issuer'],
    stdin: ['--token-stdin', 'one token, piped in: never write it on a command line'],
    api: ['--api <id>', 'construct id of the API'],
    route: ['--route <route>', 'as declared: "GET /deals/{dealId}"'],
    upstream: ['--upstream <id>', 'everything before this upstream'],
    listed: ['--listed <name>', 'as "sallyport control list" calls it'],
  }
  const command = (name: string, text: string, names: readonly string[], isOrder = true) => {
    const made = control.command(name).description(text)
    for (const each of names) {
      const [option, description] = targets[each] ?? ['', '']
      if (each === 'listed') made.option(option, description, readListed)
      else made.option(option, description)
    }
    if (isOrder) made.requiredOption('--why <text>', 'kept with it, in plain: name a ticket, and no people')
    made
      .option(
        '--table <name>',
        'a deployed state table, with the AWS credentials and region of your environment',
      )
      .option('--stack <name>', 'the deployed stack that holds the GatewayState, in place of --table')
    if (isOrder) made.option('--by <who>', 'kept with it (default: your user name on this machine)')
    return pointElsewhere(made)
      .option('--json', 'print JSON')
      .allowExcessArguments(false)
      .showHelpAfterError(`(sallyport control ${name} --help lists its options)`)
  }
  const shorten = ['--shorten', 'end earlier, or refuse fewer tokens, than what stands there'] as const
  const [until, untilWords] = [
    '--until <when>',
    '30s, 30m, 2h, 7d, 2w, or a date or time as 2026-12-01T18:00Z',
  ]

  command('list', 'what is in force: all of it, or on one target', [...callers, 'token', ...places], false)
    .option('--history', 'what was changed, by whom, when and why, in place of what is in force')
    .option('--months <n>', 'of the history: this month and those before it (default: 2)', wholeMonths)
    .action(list)
  command('quarantine', 'refuse a user, a client or an address, with 403', callers)
    .requiredOption(until, `${untilWords}; of a user at most 90 days`, time)
    .option(...shorten)
    .action(quarantine)
  command('release', 'end a quarantine', [...callers, 'listed']).action(release)
  command('revoke', 'refuse a token, or all that a user or a client has now, with 401', [
    ...['issuer', 'subject', 'client', 'token', 'stdin'],
  ])
    .option(
      until,
      `${untilWords}: until these tokens have expired; not with --token-stdin, which says so itself`,
      time,
    )
    .option(
      '--issued-before <when>',
      'of a user or client: tokens issued until then, as 30m (ago), 2h, or a time (default: now)',
      past,
    )
    .option(...shorten)
    .action(revoke)
  command('restore', 'end a revocation', ['issuer', 'subject', 'client', 'token', 'stdin', 'listed']).action(
    restore,
  )
  command('close', 'answer nobody on a route or before an upstream: 503', places)
    .option(until, `${untilWords} (default: until it is opened)`, time)
    .option(...shorten)
    .action(close)
  command('open', 'end a closure', [...places, 'listed']).action(open)
}

const callers = ['issuer', 'subject', 'client', 'address']
const places = ['api', 'route', 'upstream']

const helpText = `
Without --table and --stack it is about the app that "sallyport dev" runs for this folder.
Every order is in force within 5 s, and its output says how to take it back. What stands already and ends
later stays, unless --shorten is given. Subjects, clients, addresses
and tokens are kept as HMACs only: note whom you mean, or ask with "control list --subject …".`

const time = (text: string): Date => readTime(text)
const past = (text: string): Date => readPast(text)

/** What is about another kind of target than a command's: unknown, it would leave whoever is in a hurry to look for the right one. */
const elsewhere: Readonly<Record<string, Readonly<Record<string, readonly [why: string, use: string]>>>> = {
  quarantine: {
    '--token-id <jti>': ['tokens are revoked', 'revoke'],
    '--token-stdin': ['tokens are revoked', 'revoke'],
  },
  release: {
    '--token-id <jti>': ['tokens are restored', 'restore'],
    '--token-stdin': ['tokens are restored', 'restore'],
  },
  revoke: { '--address <ip>': ['an address has no tokens', 'quarantine'] },
  restore: { '--address <ip>': ['an address has no tokens', 'release'] },
}

function pointElsewhere(command: Command): Command {
  for (const [flags, [why, use]] of Object.entries(elsewhere[command.name()] ?? {})) {
    const [option = ''] = flags.split(' ')
    command.addOption(new Option(flags).hideHelp())
    command.on(`option:${option.slice(2)}`, () =>
      command.error(`error: ${option}: ${why}. Use: sallyport control ${use} ${option} …`),
    )
  }
  return command
}

function wholeMonths(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 to 99.')
}
