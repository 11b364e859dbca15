import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { rawTlsPort } from '../local/network/raw-tls.ts'
import { UnsupportedTemplateError } from '../local/unsupported.ts'
import { UsageError } from '../local/usage-error.ts'
import { addAudit } from './commands/audit/commands.ts'
import { addControl } from './commands/control/commands.ts'
import { dev } from './commands/dev.ts'
import { openapi } from './commands/openapi.ts'
import { routes } from './commands/routes.ts'
import { token } from './commands/token.ts'
import { paint } from './paint.ts'
import { readVersion } from './version.ts'

const program = new Command('sallyport')
  .description('A zero-trust API gateway for AWS, on your machine first.')
  .version(readVersion(), '--version', 'print the version')
  .showHelpAfterError('(sallyport --help lists the commands)')
  .allowExcessArguments(false)

const app = ['--app <command>', 'command that synthesizes the app (default: "app" of cdk.json)'] as const

program
  .command('dev')
  .description('run the app here: synthesize, serve, and again on every change')
  .option(...app)
  .option('--port <port>', 'port of the API on loopback; 0 takes a free one', wholeNumber(0, 65535), 3000)
  .option(
    '--upstream <origin=local>',
    'a local server that plays an HTTP upstream: http://, https://, or tls://127.0.0.1:port for one whose own certificate the gate is to trust as declared; repeatable',
    upstreamMapping,
    {},
  )
  .option(
    '--issuer <issuer=local>',
    'a local server in place of the built-in OpenID provider; repeatable',
    mapping,
    {},
  )
  .option(
    '--secret <name=file>',
    'what a secret holds, by its name, ARN or construct path; read each time it is asked for; repeatable',
    secretFile,
    {},
  )
  .option(
    '--page-port <port>',
    'port of the page that shows what happens; 0 takes a free one',
    wholeNumber(0, 65535),
    0,
  )
  .option('--no-page', 'serve no page')
  .option('--logs', 'also print what the functions log, to stderr')
  .option(
    '--audit <folder>',
    'write the audit trail there as it would be delivered, for "sallyport audit verify"',
  )
  .option('--json', 'print one line of JSON when ready; everything else goes to stderr')
  .action(dev)

program
  .command('token')
  .description('print a token of the running local issuer')
  .option('--subject <sub>', 'who it is for', 'user-1')
  .option('--client <id>', 'the client that it is issued to', nonEmpty)
  .option('--scope <scopes>', 'space-separated', '')
  .option('--role <role>', 'goes where the issuer keeps roles; repeatable', role, [])
  .option('--claim <name=value>', 'a further claim, as JSON or plain text; repeatable', claim, {})
  .option('--expires-in <seconds>', '1 to 86400', wholeNumber(1, 86400), 300)
  .option('--audience <aud>', 'needed only when the issuer has several')
  .option('--issuer <issuer>', 'needed only when the app has several')
  .action(token)

program
  .command('routes')
  .description('list the declared routes')
  .option(...app)
  .option('--json', 'as JSON')
  .action(routes)

program
  .command('openapi')
  .description('print the public OpenAPI document')
  .option(...app)
  .action(openapi)

addControl(program)
addAudit(program)

for (const command of program.commands) {
  command.showHelpAfterError(`(sallyport ${command.name()} --help lists its options)`)
  // An empty default says nothing.
  for (const option of command.options)
    if (isEmpty(option.defaultValue)) option.defaultValueDescription = 'none'
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`)
  }
}

/** `https://crm.example.com=http://127.0.0.1:4001`: everything up to the last "=http" is the production name. */
function mapping(text: string, before: Record<string, string>): Record<string, string> {
  const [, name = '', local = ''] = /^(https:\/\/.+?)=(https?:\/\/.+)$/.exec(text) ?? []
  if (!URL.canParse(name) || !URL.canParse(local)) {
    throw new InvalidArgumentError('It is https://production.name=http://127.0.0.1:port')
  }
  const { origin, href } = new URL(local)
  if (href !== `${origin}/`) {
    throw new InvalidArgumentError(
      `A local server is named by host and port alone, as requests keep the path they have: ${name}=${origin}`,
    )
  }
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`)
  return { ...before, [name]: origin }
}

/** As {@link mapping}, or to a server that speaks TLS itself. */
function upstreamMapping(text: string, before: Record<string, string>): Record<string, string> {
  const [, name = '', local = ''] = /^(https:\/\/.+?)=(tls:\/\/.+)$/.exec(text) ?? []
  if (!local) return mapping(text, before)
  if (!URL.canParse(name) || rawTlsPort(local) === undefined) {
    throw new InvalidArgumentError('It is https://production.name=tls://127.0.0.1:port')
  }
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`)
  return { ...before, [name]: local }
}

function secretFile(text: string, before: Record<string, string>): Record<string, string> {
  const [, name = '', file = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (!file || !existsSync(file)) {
    throw new InvalidArgumentError('It is <name>=<file>, and the file is there.')
  }
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`)
  return { ...before, [name]: file }
}

function nonEmpty(id: string): string {
  if (id) return id
  throw new InvalidArgumentError('It is the id of a client.')
}

function role(name: string, before: readonly string[]): string[] {
  if (name) return [...before, name]
  throw new InvalidArgumentError('It is the name of a role.')
}

function claim(text: string, before: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError(`It is name=value, for example roles='["sales"]'`)
  const value = text.slice(at + 1)
  try {
    return { ...before, [text.slice(0, at)]: JSON.parse(value) }
  } catch {
    return { ...before, [text.slice(0, at)]: value }
  }
}

/** Runs the CLI. What a person can mend is said in a few lines; anything else is our fault and shows where. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof UnsupportedTemplateError
    const text = expected
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
    process.stderr.write(`${paint('red', '✗')} ${text}\n`)
    // Whoever tells more than that apart has said so before.
    process.exitCode ??= 1
  }
}
