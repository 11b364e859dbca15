import { readFileSync } from 'node:fs'
import type { Watched } from '../cloudwatch/watched.ts'
import { type LocalSecret, readSecret } from '../secrets/values.ts'
import { UnsupportedTemplateError } from '../unsupported.ts'
import { type Resource, readAssembly, type Stack } from './assembly.ts'
import { broughtHome } from './home.ts'
import { place as local, type References, resolve } from './intrinsics.ts'
import { type LocalLayer, layersOf, readLayer } from './layers.ts'
import { typeOf } from './resource-types.ts'
import { readWatched } from './watched.ts'

/** A synthesized app as the local cloud runs it: its resources without CloudFormation's functions. */
export interface LocalApp {
  readonly api: {
    readonly id: string
    readonly body: unknown
    readonly stage: string
    readonly accessLogFormat?: string
    /** Whether a domain of it asks callers for certificates. */
    readonly asksCertificates: boolean
  }
  readonly functions: readonly LocalFunction[]
  readonly tables: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** ARNs of versions and aliases, and of which function of the app each is. */
  readonly qualified: ReadonlyMap<string, string>
  readonly permissions: readonly Permission[]
  /** ARNs of its keys in KMS that sign with ECDSA on P-256. */
  readonly signingKeys: readonly string[]
  readonly secrets: readonly LocalSecret[]
  /** Its dashboards, alarms and the like. */
  readonly watched: Watched
}

export interface LocalFunction {
  readonly name: string
  readonly arn: string
  readonly folder: string
  /** Folders of its layers, in their order: of a file in two, the later one's counts. */
  readonly layers: readonly string[]
  readonly handler: string
  readonly timeoutMs: number
  readonly memoryMb: number
  readonly maxInstances?: number
  readonly environment: Readonly<Record<string, string>>
}

/** Who may invoke a function, and on behalf of which source (`*` and `?` as in IAM). */
export interface Permission {
  readonly functionArn: string
  readonly principal: string
  readonly sourceArn?: string
}

type Properties = Readonly<Record<string, unknown>>

export interface Placed {
  readonly at: string
  /** Path of the construct, where the template says it; else as `at`. */
  readonly path: string
  readonly type: string
  readonly ref: string
  readonly properties: Properties
  readonly attribute: (name: string) => string | undefined
  readonly assets: Stack['assets']
  readonly environment: Stack['environment']
}

/**
 * Reads a cloud assembly as one running app. Throws an `UnsupportedTemplateError` that names the resource for whatever
 * would behave differently here than deployed.
 */
export function readApp(folder: string): LocalApp {
  const resources = place(readAssembly(folder))
  const all = (type: string) => resources.filter(resource => resource.type === type)
  const layers = all('AWS::Lambda::LayerVersion').map(readLayer)
  const functions = all('AWS::Lambda::Function').map(fn => readFunction(fn, layers))
  return {
    api: readApi(
      all('AWS::ApiGateway::RestApi'),
      all('AWS::ApiGateway::Stage'),
      all('AWS::ApiGateway::DomainName'),
    ),
    functions,
    tables: all('AWS::DynamoDB::Table').map(({ properties, ref }) => ({ ...properties, TableName: ref })),
    qualified: new Map(
      [...all('AWS::Lambda::Version'), ...all('AWS::Lambda::Alias')].map(({ ref }) => [
        ref,
        ref.split(':').slice(0, -1).join(':'),
      ]),
    ),
    signingKeys: all('AWS::KMS::Key')
      .filter(({ properties }) => properties.KeySpec === 'ECC_NIST_P256')
      .map(({ attribute }) => attribute('Arn') as string),
    secrets: all('AWS::SecretsManager::Secret').map(readSecret),
    watched: readWatched(resources),
    permissions: all('AWS::Lambda::Permission').map(permission => readPermission(permission, functions)),
  }
}

/** Resolves every resource of every stack. Exports are resolved when something imports them. */
function place(stacks: readonly Stack[]): Placed[] {
  const referencesOf = new Map(stacks.map(stack => [stack, references(stack, imported)] as const))
  function imported(name: string): unknown {
    for (const stack of stacks) {
      for (const [id, { Value, Export }] of Object.entries(stack.template.Outputs ?? {})) {
        const own = referencesOf.get(stack) as References
        if (Export && resolve(Export.Name, own, id) === name)
          return resolve(Value, own, `${stack.name}.Outputs.${id}`)
      }
    }
    throw new UnsupportedTemplateError('Fn::ImportValue', `no stack of this app exports ${name}`)
  }
  return stacks.flatMap(stack =>
    Object.entries(stack.template.Resources ?? {}).map(([logicalId, resource]) => {
      const own = referencesOf.get(stack) as References
      const at = `${stack.name}.${logicalId}`
      const { used } = typeOf(at, resource)
      return {
        at,
        path: constructPath(resource) ?? at,
        type: resource.Type,
        ref: own.ref(logicalId) as string,
        attribute: (name: string) => own.attribute(logicalId, name),
        // Nobody looks into what is accepted whole, whatever functions of CloudFormation it is written with.
        properties: (used.length === 0
          ? {}
          : broughtHome(resolve(resource.Properties ?? {}, own, at), stack.environment)) as Properties,
        assets: stack.assets,
        environment: stack.environment,
      }
    }),
  )
}

/** `S/Jobs/Resource` → `S/Jobs`: the innermost name is the CDK's own. */
function constructPath({ Metadata }: Resource): string | undefined {
  const path = (Metadata as Record<string, unknown> | undefined)?.['aws:cdk:path']
  return typeof path === 'string' ? path.replace(/\/Resource$/, '') : undefined
}

/** Of an id, only its last part is looked into: by whoever wants a name that no earlier stack of this name had. */
const stackId = (name: string) =>
  `arn:${local.partition}:cloudformation:${local.region}:${local.account}:stack/${name}/00000000-0000-0000-0000-000000000000`

function references(stack: Stack, imported: References['imported']): References {
  const find = (logicalId: string): Resource | undefined => stack.template.Resources?.[logicalId]
  const ref = (logicalId: string): string | undefined => {
    if (logicalId === 'AWS::StackName') return stack.name
    if (logicalId === 'AWS::StackId') return stackId(stack.name)
    const resource = find(logicalId)
    if (!resource) return undefined
    const { ref: named } = typeOf(`${stack.name}.${logicalId}`, resource)
    const { Properties: properties = {} } = resource
    const property = (name: string) =>
      resolve((properties as Properties)[name], own, `${stack.name}.${logicalId}.${name}`)
    return named?.(stack.name, logicalId, property) ?? `${stack.name}-${logicalId}`
  }
  const own: References = {
    ref,
    imported,
    attribute(logicalId, name) {
      const resource = find(logicalId)
      return (
        resource &&
        typeOf(`${stack.name}.${logicalId}`, resource).attributes?.[name]?.(ref(logicalId) as string)
      )
    },
  }
  return own
}

function readApi(
  apis: readonly Placed[],
  stages: readonly Placed[],
  domains: readonly Placed[],
): LocalApp['api'] {
  const [api, ...others] = apis
  const [stage, ...otherStages] = stages
  if (!api || !stage || others.length > 0 || otherStages.length > 0) {
    throw new UnsupportedTemplateError(
      'AWS::ApiGateway::RestApi',
      `the app has ${counted(apis, 'REST API')} and ${counted(stages, 'stage')}; the local cloud runs one API with one stage\n  fix: give the command of an app with one of them: --app "<command>"`,
    )
  }
  checkMethodSettings(stage)
  const { Format } = (stage.properties.AccessLogSetting ?? {}) as { Format?: string }
  return {
    id: api.ref,
    body: readBody(api),
    stage: String(stage.properties.StageName),
    asksCertificates: domains.some(({ properties }) => properties.MutualTlsAuthentication !== undefined),
    ...(Format !== undefined && { accessLogFormat: Format }),
  }
}

/** The API's document: in the template, or an asset, in which nothing is left to resolve. */
function readBody({ at, properties, assets, environment }: Placed): unknown {
  const { Key } = (properties.BodyS3Location ?? {}) as { Key?: string }
  if (Key === undefined) return properties.Body
  const file = assets.get(Key)
  if (file !== undefined) return broughtHome(JSON.parse(readFileSync(file, 'utf8')), environment)
  throw new UnsupportedTemplateError(`${at}.BodyS3Location`, `${Key} is no asset of this app`)
}

// Settings of a method that change no answer.
const inertMethodSettings = [
  'HttpMethod',
  'ResourcePath',
  'MetricsEnabled',
  'DataTraceEnabled',
  'LoggingLevel',
  // AWS applies them "on a best-effort basis", as targets: which request they refuse is not to be known.
  'ThrottlingRateLimit',
  'ThrottlingBurstLimit',
]

function checkMethodSettings({ at, properties }: Placed): void {
  for (const setting of (properties.MethodSettings ?? []) as Array<Record<string, unknown>>) {
    const unknown = Object.keys(setting).find(name => !inertMethodSettings.includes(name))
    if (unknown) throw new UnsupportedTemplateError(at, `MethodSettings ${unknown} is not supported`)
  }
}

/** `no stage`, `1 stage (S.Prod)`, `2 stages (S.Prod, S.Test)`. */
const counted = (placed: readonly Placed[], what: string): string =>
  placed.length === 0
    ? `no ${what}`
    : `${placed.length} ${what}${placed.length > 1 ? 's' : ''} (${placed.map(({ at }) => at).join(', ')})`

function readFunction(
  { at, path, ref, attribute, properties, assets }: Placed,
  known: readonly LocalLayer[],
): LocalFunction {
  const { Code, Handler, Runtime, Timeout, MemorySize, Environment, ReservedConcurrentExecutions, Layers } =
    properties
  const folder = codeFolder(path, Code, assets)
  if (!/^nodejs(?:2[0-9])\.x$/.test(String(Runtime))) {
    throw new UnsupportedTemplateError(
      `${at}.Runtime`,
      `${String(Runtime)} is not supported; supported: nodejs20.x and later`,
    )
  }
  const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, string> }
  return {
    name: ref,
    arn: attribute('Arn') as string,
    folder,
    layers: layersOf(`${at}.Layers`, Layers, known),
    handler: String(Handler),
    timeoutMs: Number(Timeout ?? 3) * 1000,
    memoryMb: Number(MemorySize ?? 128),
    environment: Variables,
    ...(ReservedConcurrentExecutions !== undefined && { maxInstances: Number(ReservedConcurrentExecutions) }),
  }
}

/** The folder a function's code comes from. Named by the construct's path, as that is what the developer wrote. */
function codeFolder(path: string, code: unknown, assets: Stack['assets']): string {
  const { S3Key, ...other } = (code ?? {}) as { S3Key?: string; ZipFile?: unknown; ImageUri?: unknown }
  const folder = S3Key === undefined ? undefined : assets.get(S3Key)
  if (folder !== undefined) return folder
  const given =
    other.ZipFile !== undefined
      ? 'has its code inline in the template'
      : other.ImageUri !== undefined
        ? 'is a container image'
        : 'has code that is not an asset of this app'
  throw new UnsupportedTemplateError(
    path,
    `the function ${given}; the local cloud runs functions from folders\n` +
      '  fix: put the code into a folder of its own and use lambda.Code.fromAsset(folder)',
  )
}

function readPermission({ at, properties }: Placed, functions: readonly LocalFunction[]): Permission {
  const { Action, FunctionName, Principal, SourceArn } = properties
  if (Action !== 'lambda:InvokeFunction') {
    throw new UnsupportedTemplateError(
      `${at}.Action`,
      `${String(Action)} is not supported; supported: lambda:InvokeFunction`,
    )
  }
  const found = functions.find(({ arn, name }) => FunctionName === arn || FunctionName === name)
  return {
    functionArn: found?.arn ?? String(FunctionName),
    principal: String(Principal),
    ...(SourceArn !== undefined && { sourceArn: String(SourceArn) }),
  }
}
