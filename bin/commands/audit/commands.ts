import { type Command, InvalidArgumentError } from 'commander'
import { verify } from './verify.ts'

/** Adds `sallyport audit …`. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('prove what an audit trail says')
  audit
    .command('verify')
    .description('find gaps and changes in a trail as it was delivered')
    .argument('<trail>', 'folder with its objects, or s3://bucket/prefix')
    .option('--from <day>', 'deliveries from this day on, as 2026-12-01, in UTC', readDay)
    .option('--to <day>', 'deliveries until this day, itself included', readDay)
    .option('--endpoint-url <url>', 'of an emulator of S3', readUrl)
    .option('--json', 'print JSON')
    .addHelpText('after', helpText)
    .allowExcessArguments(false)
    .showHelpAfterError('(sallyport audit verify --help lists its options)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(verify)
}

const helpText = `
Ends with 0 when nothing is wrong, 1 when something was found, 2 when the trail could not be verified.
With s3://, credentials and region are those of your environment, and versions and retention are looked at, too.`

function readDay(text: string): string {
  const date = new Date(`${text}T00:00:00Z`)
  // The 31st of a shorter month would be a day of the next.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime())
  if (isDay && date.toISOString().startsWith(text)) return text.replaceAll('-', '')
  throw new InvalidArgumentError('It is a day, as 2026-12-01.')
}

function readUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError('It is http:// or https://, host and port.')
}
