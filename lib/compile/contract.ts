import { RemovalPolicy, Token } from 'aws-cdk-lib'
import type { ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda'
import type { IssuerManifest } from '../../contract/authorizer-manifest.ts'
import type { AuditTrail } from '../audit-trail.ts'
import type { ClientAddress } from '../declare/client-address.ts'
import type { Cors } from '../declare/cors.ts'
import { inputPlaces } from '../declare/input.ts'
import type { Keeping } from '../declare/keeping.ts'
import type { ReadApiLimits } from '../declare/limits.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import type { Edge } from '../edge/edge.ts'
import { edgeLines } from '../edge/edge-lines.ts'
import type { FirstDoor } from '../first-door.ts'
import type { Gate } from '../gate.ts'
import type { Route } from '../route.ts'
import { bodySchema } from './body.ts'
import { connectionLines } from './connection.ts'
import { apiLimitLines, limitLines } from './limit-lines.ts'
import type { Line } from './metadata.ts'
import type { CompiledAnswer, CompiledOutput } from './outputs.ts'
import { resilienceText } from './resilience.ts'
import { viewersText } from './responses.ts'
import { digest, schemasText, schemaText } from './schema-text.ts'

interface DeclaredApi {
  readonly routes: readonly Route[]
  readonly gates: readonly Gate[]
  readonly issuers: readonly IssuerManifest[]
  readonly limits: ReadApiLimits
  readonly controls: boolean
  readonly clientAddress: ClientAddress | undefined
  readonly cors: Cors | undefined
  readonly edge: Edge
  readonly firstDoor:
    | Pick<FirstDoor, 'cacheTtlSeconds' | 'verifiedTokenTtlSeconds' | 'reservedConcurrency'>
    | undefined
  readonly keeping: Keeping
  readonly audit: AuditTrail | undefined
  readonly codeSigning: ICodeSigningConfig | undefined
}

/**
 * What an API declares, in words: a line for each aspect of a route and of an issuer, and for each upstream. They go into the
 * template (metadata.ts): in the functions' code the same change is but another hash. Of very many routes
 * schemas are shorter, and then each route is one line.
 */
export function contractLines(declared: DeclaredApi): Line[] {
  for (const longest of [longestValue, longestAmongMany]) {
    const lines = linesOf({ ...declared, linesOfRoute: route => eachAspect(route, longest) })
    if (charactersOf(lines) <= mostCharacters) return lines
  }
  return linesOf({ ...declared, linesOfRoute: inOneLine })
}

const charactersOf = (lines: readonly Line[]) =>
  lines.reduce((sum, [about, text]) => sum + about.length + text.length, 0)

const eachAspect = (route: Route, longest: number): Line[] =>
  aspects(route, longest).map(([about, text]) => [`${route.key} ${about}`, text])

const tellsSchema = ([about]: Line) => /^(?:path|query|headers|cookies|body|output \d+)$/.test(about)

/** Everything of a route in words, but inputs, body and declared outputs; these as one digest. */
function inOneLine(route: Route): Line[] {
  const lines = aspects(route, longestAmongMany)
  const words = lines.filter(line => !tellsSchema(line)).map(([, text]) => text)
  return [[route.key, `${words.join('; ')}; #${digest(JSON.stringify(lines.filter(tellsSchema)))}`]]
}

const linesOf = ({
  routes,
  gates,
  issuers,
  limits,
  controls,
  clientAddress,
  cors,
  edge,
  firstDoor,
  keeping,
  audit,
  codeSigning,
  linesOfRoute,
}: DeclaredApi & { readonly linesOfRoute: (route: Route) => Line[] }): Line[] => [
  ...edgeLines(edge),
  ...(cors ? [corsLine(cors)] : []),
  ...(clientAddress ? [['clientAddress', String(clientAddress)] as const] : []),
  ...issuers.flatMap(({ issuer, ...members }) => {
    const name = typeof issuer === 'string' ? issuer : issuer.env
    return Object.entries(members)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, value]): Line => [`issuer ${name} ${member}`, compact(value)])
  }),
  // A change of access, and a key that is withdrawn, take as long to be felt.
  ...(firstDoor
    ? [
        ['first door authorizerCacheTtl', `${firstDoor.cacheTtlSeconds} s`] as const,
        ['first door verifiedTokenTtl', `${firstDoor.verifiedTokenTtlSeconds} s`] as const,
        ...atATime('first door reservedConcurrency', firstDoor.reservedConcurrency),
      ]
    : []),
  ...gates
    .filter(gate => gate.target.kind !== 'stub')
    .flatMap(({ node: { id }, target }) => [
      ...targetLines(target).map(([about, text]): Line => [`upstream ${id}${about}`, text]),
      ...atATime(
        `upstream ${id} reservedConcurrency`,
        'reservedConcurrency' in target ? target.reservedConcurrency : undefined,
      ),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
  ...keepingLines(keeping),
  ...(audit ? [['audit', `each decision goes to ${audit.node.path}`] as const] : []),
  ...(codeSigning ? [['code', `signed as ${codeSigning.node.path} says`] as const] : []),
  ...(controls ? [] : [['controls', 'unsafe, only where something is counted'] as const]),
  ...apiLimitLines(limits, gates),
  ...routes.flatMap(linesOfRoute),
]

const atATime = (about: string, most: number | undefined): Line[] =>
  most === undefined ? [] : [[about, `${most} at a time`]]

function keepingLines({ encryptionKey, removalPolicy }: Keeping): Line[] {
  return [
    ...(encryptionKey ? [['encryptionKey', encryptionKey.node.path] as const] : []),
    ...(removalPolicy === RemovalPolicy.RETAIN ? [] : [['logRemovalPolicy', removalPolicy] as const]),
  ]
}

function corsLine({ origins, credentials, maxAgeSeconds, exposeHeaders }: Cors): Line {
  const parts = [
    `pages of ${[...origins].sort().join(' and ')}`,
    ...(credentials ? ['with credentials'] : []),
    ...(exposeHeaders.length > 0 ? [`reading ${exposeHeaders.join(' and ')}`] : []),
    `asking anew after ${maxAgeSeconds} s`,
  ]
  return ['cors', parts.join(', ')]
}

function aspects(route: Route, longest: number): Line[] {
  const { access, gate, upstream, input, output, maxBodyBytes, forwardAuthorization, logUndeclared } = route
  const lines: Line[] = [
    ['access', String(access)],
    // One gate holds the answers of many stubs: each belongs to its route.
    ['upstream', upstream.target.kind === 'stub' ? targetText(upstream.target) : gate.node.id],
  ]
  lines.push(...limitLines(route))
  for (const place of inputPlaces) {
    if (input[place].length > 0) lines.push([place, schemasText(input[place], longest)])
  }
  if (input.body) {
    const { kind, types, required } = input.body
    const schema = bodySchema(input.body)
    const of = kind === 'json' && types.join() === 'application/json' ? '' : ` of ${types.join(', ')}`
    const what = schema ? `: ${schemaText(schema, longest)}` : ''
    lines.push(['body', `${required ? '' : 'optional, '}up to ${maxBodyBytes} bytes${of}${what}`])
  }
  lines.push(...outputLines(output, longest))
  if (input.undeclared === 'reject') lines.push(['undeclared', 'what is undeclared is refused'])
  if (logUndeclared) lines.push(['log', 'names of what is undeclared'])
  if (forwardAuthorization !== null) lines.push(['token', `goes on to the upstream: ${forwardAuthorization}`])
  return lines
}

function outputLines(output: CompiledOutput, longest: number): Line[] {
  if (output.kind === 'stub') return []
  if (output.kind === 'unsafeAny') return [['output', `unsafe, anything: ${output.reason}`]]
  return [...output.statuses].map(
    ([status, answer]): Line => [`output ${status}`, answerText(answer, longest)],
  )
}

function answerText({ manifest, schema, visibleTo }: CompiledAnswer, longest: number): string {
  const of =
    manifest.kind === 'empty'
      ? 'empty'
      : manifest.kind === 'bytes'
        ? manifest.mediaTypes.join(' or ')
        : manifest.mediaType
  const bound =
    manifest.kind !== 'empty' && manifest.maxBytes !== null ? [`up to ${manifest.maxBytes} bytes`] : []
  const parts = [
    ...(schema && of === 'application/json' ? [] : [of]),
    ...bound,
    ...(manifest.headers.length > 0 ? [`headers ${manifest.headers.join(' and ')}`] : []),
    ...(manifest.cookies.length > 0 ? [`cookies ${manifest.cookies.join(' and ')}`] : []),
    ...[...visibleTo].map(([pointer, viewers]) => `${pointer} for ${viewersText(viewers)}`),
  ]
  const said = parts.join(', ')
  if (!schema) return said
  return `${said && `${said}: `}${schemaText(schema, longest)}`
}

/** What an upstream is, how it knows who is calling, and who calls it, how it is connected to, and what is done when it fails. */
function targetLines(target: UpstreamTarget): Line[] {
  const lines: Line[] = [['', targetText(target)]]
  if (target.kind !== 'http') return lines
  const { principal, credentials, connection, resilience } = target
  if (principal.declared.kind !== 'header') lines.push([' principal', String(principal)])
  if (credentials) lines.push([' credentials', String(credentials)])
  lines.push(...connectionLines(connection).map(([about, text]): Line => [` ${about}`, text]))
  lines.push([' resilience', resilienceText(resilience)])
  return lines
}

function targetText(target: UpstreamTarget): string {
  switch (target.kind) {
    case 'http': {
      const url = Token.isUnresolved(target.url) ? 'a deploy-time URL' : target.url
      return `${url} within ${target.timeout.toMilliseconds()} ms, up to ${target.maxResponseBytes} bytes`
    }
    case 'lambda':
      return `function ${target.function.node.path} within ${target.timeout.toMilliseconds()} ms`
    case 'direct':
      return `function ${target.function.node.path} with the door inside, within ${target.timeout.toMilliseconds()} ms`
    case 'keySet': {
      const { issuer, publishedKeys } = target.identity
      const name = Token.isUnresolved(issuer) ? 'a deploy-time issuer' : issuer
      return `key set of ${name}: ${publishedKeys.map(({ node }) => node.path).join(', ')}`
    }
    case 'stub':
      return `stub ${target.status} ${compact(target.body)}`
  }
}

// CloudFormation takes a template of 1,000,000 bytes, of which these are a part (docs/adr/0017).
const mostCharacters = 250_000
const longestValue = 300
const longestAmongMany = 60

/** JSON in which only a change of meaning is a change: its members are sorted. A long one is told by their names, and a digest. */
function compact(value: unknown): string {
  const text = JSON.stringify(value, sorted)
  if (text.length <= longestValue) return text
  return `${Object.keys(Object(value)).join(', ')} #${digest(text)}`
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
