import { userInfo } from 'node:os'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { ControlError, type Controls, openControls } from '../../../controls/index.ts'
import { isStateTable } from '../../../controls/shared-item.ts'
import { openTable } from '../../../controls/table.ts'
import { type DevState, readDevState } from '../../../local/dev-state.ts'
import { UsageError } from '../../../local/usage-error.ts'

export interface WhereOptions {
  readonly table?: string
  readonly stack?: string
  readonly by?: string
}

export interface Where {
  readonly controls: Controls
  /** What names this table in another command. */
  readonly options: readonly string[]
  /** What is known of the app, where it runs here. */
  readonly local: DevState | null
  readonly by: string
}

/** Opens the controls of a deployed table, or of the local cloud that runs for this folder. */
export async function openWhere({ table, stack, by = userName() }: WhereOptions): Promise<Where> {
  if (table !== undefined && stack !== undefined)
    throw new UsageError(
      '--table and --stack: both are given\n  allowed: one of them\n  fix:     leave --stack out',
    )
  // On Node 20 the SDK warns that its later versions will not run there. Ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  if (table === undefined && stack === undefined) return openLocal(by)
  const client = new DynamoDBClient({})
  const name = table ?? (await tableOf(stack ?? '', client))
  return { controls: openControls({ table: name, by, client }), options: ['--table', name], local: null, by }
}

function openLocal(by: string): Where {
  const local = readDevState(process.cwd())
  if (local.table === null)
    throw new UsageError(
      'the app that runs here has no state table: nothing can be ordered of it\n  fix: declare limits or a GatewayState',
    )
  const client = new DynamoDBClient({
    endpoint: local.dynamodb,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  return { controls: openControls({ table: local.table, by, client }), options: [], local, by }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    throw new UsageError('--by: this machine does not say who you are\n  fix: add --by <who>')
  }
}

/**
 * The table of a stack's GatewayState: of those with a name as CloudFormation gives it (stack, logical id, random characters) the one in
 * which gates keep their key. A tag or an output would be two more permissions, and would say of a table that no gate has used yet that
 * something can be ordered there.
 */
async function tableOf(stack: string, client: DynamoDBClient): Promise<string> {
  const names: string[] = []
  let start: string | undefined
  do {
    const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName: start }))
    names.push(...(page.TableNames ?? []))
    start = page.LastEvaluatedTableName
  } while (start)
  const candidates = names.filter(
    name =>
      name.startsWith(`${stack}-`) &&
      /^[A-Za-z0-9]*Table[0-9A-F]{8}-[A-Z0-9]+$/.test(name.slice(stack.length + 1)),
  )
  const ours: string[] = []
  const closed: string[] = []
  for (const name of candidates) {
    try {
      if (await isStateTable(openTable(name, client))) ours.push(name)
    } catch (error) {
      // Whoever may order may read the state table, and not every other table of its stack.
      if (!(error instanceof Error && error.name.startsWith('AccessDenied'))) throw error
      closed.push(name)
    }
  }
  const [only] = ours
  if (only !== undefined && ours.length === 1) return only
  const given =
    only === undefined
      ? `no table of it is one that gates have used${closed.length > 0 ? `; not permitted to read ${closed.join(', ')}` : ''}`
      : `${ours.length} of its tables are GatewayStates’`
  throw new UsageError(
    `--stack ${stack}: ${given}\n` +
      `  allowed: ${only === undefined ? 'the stack that holds the GatewayState of an API that has been called, in this account and region' : ours.join(', ')}\n` +
      '  fix:     name the table: --table <name>; every gate has it in its environment, as STATE_TABLE',
  )
}

/** What AWS says of what a person can mend, in their words. */
const mendable: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^CredentialsProviderError/,
    'no AWS credentials were found\n  fix: sign in, for example with aws sso login, or set AWS_PROFILE',
  ],
  [/Region (?:is missing|not accepted)/, 'no AWS region is set\n  fix: set AWS_REGION to where the table is'],
  [
    /^ResourceNotFoundException/,
    'there is no table of this name in this account and region\n  fix: look at STATE_TABLE of a gate, and at AWS_REGION',
  ],
  [
    /^ValidationException: The provided key element/,
    'this table has another key than a state table: it is another one\n  fix: look at STATE_TABLE of a gate',
  ],
  [
    /^AccessDenied/,
    'AWS does not permit this\n  fix: docs/controls.md has the statement that an operator’s role needs',
  ],
]

const unanswered = /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT/
const fixOf = (isDeployed: boolean): string =>
  isDeployed
    ? 'look at AWS_REGION, and at AWS_ENDPOINT_URL_DYNAMODB or the endpoint of your AWS profile'
    : 'is the local cloud still running? sallyport dev'

/** Runs what asks the table that these options name. What can be mended is thrown as a {@link UsageError}. */
export async function asking<T>({ table, stack }: WhereOptions, run: () => Promise<T>): Promise<T> {
  const isDeployed = table !== undefined || stack !== undefined
  try {
    return await run()
  } catch (error) {
    if (error instanceof ControlError) throw new UsageError(explain(error, isDeployed))
    throw asUsage(error, isDeployed) ?? error
  }
}

/** An incomplete one has AWS's own error behind it. */
function explain(error: ControlError, isDeployed: boolean): string {
  const cause = asUsage(error.cause, isDeployed)
  return cause ? `${error.message}\n  because: ${cause.message.replaceAll('\n', '\n  ')}` : error.message
}

function asUsage(error: unknown, isDeployed: boolean): UsageError | null {
  if (!(error instanceof Error) || error instanceof UsageError) return null
  const { name, message, code = '' } = error as { name: string; message: string; code?: string }
  const says = (pattern: RegExp) => [`${name}: ${message}`, message, code].some(said => pattern.test(said))
  if (says(unanswered)) return new UsageError(`nothing answers there\n  fix: ${fixOf(isDeployed)}`)
  const [, text] = mendable.find(([pattern]) => says(pattern)) ?? []
  if (text) return new UsageError(text)
  return '$metadata' in error ? new UsageError(`AWS answered ${name}: ${message}`) : null
}
