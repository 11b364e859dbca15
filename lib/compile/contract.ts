import { createHash } from 'node:crypto'
import { RemovalPolicy, Token } from 'aws-cdk-lib'
import type { ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda'
import type { IssuerManifest } from '../../contract/authorizer-manifest.ts'
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
import { apiLimitLines, limitLines } from './limit-lines.ts'
import type { Line } from './metadata.ts'
import type { CompiledAnswer, CompiledOutput } from './outputs.ts'
import type { CompiledParameter } from './parameters.ts'
import { resilienceLines } from './resilience.ts'
import { viewersText } from './responses.ts'

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
  readonly codeSigning: ICodeSigningConfig | undefined
}

/**
 * What an API declares, in words: a line for each aspect of a route and of an issuer, and for each upstream. They go into the
 * template (metadata.ts): in the functions' code the same change is but another hash.
 */
export const contractLines = ({
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
  codeSigning,
}: DeclaredApi): Line[] => [
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
  ...resilienceLines(gates),
  ...keepingLines(keeping),
  ...(codeSigning ? [['code', `signed as ${codeSigning.node.path} says`] as const] : []),
  ...(controls ? [] : [['controls', 'unsafe, only where something is counted'] as const]),
  ...apiLimitLines(limits, gates),
  ...routes.flatMap(route => aspects(route).map(([about, text]): Line => [`${route.key} ${about}`, text])),
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

function aspects(route: Route): Line[] {
  const { access, gate, upstream, input, output, maxBodyBytes, forwardAuthorization, logUndeclared } = route
  const lines: Line[] = [
    ['access', String(access)],
    // One gate holds the answers of many stubs: each belongs to its route.
    ['upstream', upstream.target.kind === 'stub' ? targetText(upstream.target) : gate.node.id],
  ]
  lines.push(...limitLines(route))
  for (const place of inputPlaces) {
    if (input[place].length > 0) lines.push([place, compact(schemasByName(input[place]))])
  }
  if (input.body) {
    const { kind, types, required } = input.body
    const schema = bodySchema(input.body)
    const of = kind === 'json' && types.join() === 'application/json' ? '' : ` of ${types.join(', ')}`
    const what = schema ? `: ${compact(schema)}` : ''
    lines.push(['body', `${required ? '' : 'optional, '}up to ${maxBodyBytes} bytes${of}${what}`])
  }
  lines.push(...outputLines(output))
  if (input.undeclared === 'reject') lines.push(['undeclared', 'is refused'])
  if (logUndeclared) lines.push(['log', 'names of what is undeclared'])
  if (forwardAuthorization !== null) lines.push(['token', `goes on to the upstream: ${forwardAuthorization}`])
  return lines
}

function outputLines(output: CompiledOutput): Line[] {
  if (output.kind === 'stub') return []
  if (output.kind === 'unsafeAny') return [['output', `unsafe, anything: ${output.reason}`]]
  return [...output.statuses].map(([status, answer]): Line => [`output ${status}`, answerText(answer)])
}

function answerText({ manifest, schema, visibleTo }: CompiledAnswer): string {
  const of =
    manifest.kind === 'empty'
      ? 'empty'
      : manifest.kind === 'bytes'
        ? manifest.mediaTypes.join(' or ')
        : manifest.mediaType
  const bound =
    manifest.kind !== 'empty' && manifest.maxBytes !== null ? [`up to ${manifest.maxBytes} bytes`] : []
  const parts = [
    of,
    ...bound,
    ...(manifest.headers.length > 0 ? [`headers ${manifest.headers.join(' and ')}`] : []),
    ...(manifest.cookies.length > 0 ? [`cookies ${manifest.cookies.join(' and ')}`] : []),
    ...[...visibleTo].map(([pointer, viewers]) => `${pointer} for ${viewersText(viewers)}`),
  ]
  return `${parts.join(', ')}${schema ? `: ${compact(schema)}` : ''}`
}

const schemasByName = (parameters: readonly CompiledParameter[]) =>
  Object.fromEntries(parameters.map(({ name, required, schema }) => [required ? name : `${name}?`, schema]))

/** What an upstream is, and how it knows who is calling, and who calls it. */
function targetLines(target: UpstreamTarget): Line[] {
  const lines: Line[] = [['', targetText(target)]]
  if (target.kind !== 'http') return lines
  const { principal, credentials } = target
  if (principal.declared.kind !== 'header') lines.push([' principal', String(principal)])
  if (credentials) lines.push([' credentials', String(credentials)])
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

// Templates hold 1 MB in all. What is longer than this is told by its names, and a digest that changes with the rest.
const longestValue = 400
const longestText = 80

/** JSON in which only a change of meaning is a change: keys sorted, what schemas of libraries merely repeat left out. */
function compact(value: unknown): string {
  const text = JSON.stringify(value, shorten)
  if (text.length <= longestValue) return text
  const { properties } = Object(value) as { properties?: object }
  return `${Object.keys(properties ?? Object(value)).join(', ')} #${digest(JSON.stringify(value, sorted))}`
}

function shorten(key: string, value: unknown): unknown {
  // Every integer has these (safe-integers.ts).
  if ((key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER)
    return undefined
  if (key === '$schema') return undefined
  // For example the pattern that zod writes beside the format of a UUID.
  if (typeof value === 'string' && value.length > longestText) {
    return `${value.slice(0, 16)}… #${digest(value)}`
  }
  return sorted(key, value)
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)
