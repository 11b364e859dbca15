import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AccessPart, type AskedOfToken, accessParts, accessText } from '../contract/access-text.ts'
import type { IssuerManifest, RouteAccess } from '../contract/authorizer-manifest.ts'
import { limitsDeclared, limitsDeclaredFile, type RouteLimitsDeclared } from '../contract/declared-limits.ts'
import type { GateManifest, GateRoute } from '../contract/gate-manifest.ts'
import type { RouteLimits } from '../contract/limits.ts'
import { boundText, layerText } from '../contract/limits-text.ts'
import type { UpstreamManifest } from '../contract/upstream-manifest.ts'
import { type Manifests, type Policies, readManifests } from './policies.ts'
import { readAssetFolders } from './template/assembly.ts'
import { UsageError } from './usage-error.ts'

/** One declared route, for people and scripts. */
export interface RouteSummary {
  readonly method: string
  readonly path: string
  readonly access: string
  /** Of `access` each part; empty where nothing is asked, or nothing but any token. */
  readonly asks: readonly AccessPart[]
  /** The limit that one caller meets first, if requests come without a pause; null where none is met within a minute. */
  readonly limited: { readonly text: string; readonly requests: number } | null
  readonly upstream: string
  /** Declared input names by place. */
  readonly inputs: Readonly<Record<'path' | 'query' | 'headers' | 'cookies' | 'body', readonly string[]>>
  /** Whether a request without any of them is refused. */
  readonly needsInput: boolean
  /** Scopes a token needs; null where no token is needed at all. */
  readonly scopes: readonly string[] | null
  /** One of the roles that it needs one of; null where none is needed. */
  readonly role: string | null
  /** Issuers whose tokens count, by their places among those that the app declares. */
  readonly issuers: readonly number[]
  /** Whether a token with these scopes and this role is not enough. */
  readonly needsMore: boolean
}

/** One route with its limits, as they are declared. */
export interface ListedRoute extends RouteSummary, RouteLimitsDeclared {}

/**
 * The routes of a synthesized app, from the policies that are deployed with its functions. Nothing of it is run, so it may have
 * resources that the local cloud does not know. Throws a {@link UsageError} for an app with several APIs.
 */
export function readRoutes(assembly: string): ListedRoute[] {
  const document = onlyDocument(assembly)
  const file = document.replace(/\.openapi\.json$/, limitsDeclaredFile)
  const declared = limitsDeclared(JSON.parse(readFileSync(join(assembly, file), 'utf8')), file)
  return summarize(readManifests(readAssetFolders(assembly))).map(route => {
    const limits = declared[`${route.method} ${route.path}`]
    if (!limits) throw new Error(`${file} lacks ${route.method} ${route.path}`)
    return { ...route, ...limits }
  })
}

/** The public OpenAPI document of a synthesized app. */
export const readOpenApi = (assembly: string): string =>
  readFileSync(join(assembly, onlyDocument(assembly)), 'utf8')

/** Every API writes one document into the assembly. */
function onlyDocument(assembly: string): string {
  const [name, ...others] = readdirSync(assembly).filter(file => file.endsWith('.openapi.json'))
  if (name !== undefined && others.length === 0) return name
  throw new UsageError(
    `the app has ${name === undefined ? 'no API' : `${others.length + 1} APIs`}; this command is for an app with one\n` +
      '  fix: give the command of such an app: --app "<command>"',
  )
}

const summarize = ({ authorizer, gates }: Manifests): RouteSummary[] =>
  gates
    .flatMap(gate => Object.entries(gate.routes).map(([key, route]) => ({ key, route, gate })))
    .map(({ key, route, gate }) => {
      const [method = '', path = ''] = key.split(' ')
      const rule = authorizer?.routes[key]
      const asked = askedOf(route, rule, authorizer?.issuers ?? [])
      return {
        method,
        path,
        access: typeof asked === 'string' ? asked : accessText(asked),
        asks: typeof asked === 'string' ? [] : accessParts(asked),
        limited: firstMet(route.limits),
        upstream: upstreamText(gate),
        inputs: inputsOf(route),
        needsInput: needsInput(route),
        scopes: rule ? [...rule.scopes, ...rule.anyScope.slice(0, 1)] : null,
        role: rule?.roles[0] ?? null,
        issuers: rule?.issuers ?? [],
        needsMore: Boolean(rule && (rule.claims.length > 0 || decidesMore(route))),
      }
    })
    .sort((a, b) => (a.path === b.path ? a.method.localeCompare(b.method) : a.path < b.path ? -1 : 1))

/** Not by what is carried: a tier's claim chooses a limit, and is not needed to pass. */
const decidesMore = ({ access }: GateRoute): boolean =>
  access.kind === 'token' &&
  (access.bind.length > 0 || access.authentication !== null || access.rule !== null)

/**
 * The routes, as `GET /deals`, whose upstream is a stub or answers on this machine.
 *
 * @param absent upstreams that nobody plays, by origin or ARN
 */
export function playedRoutes(policies: Policies, absent: readonly string[]): ReadonlySet<string> {
  // In the order of the gates.
  const origins = policies.upstreamOrigins.values()
  const functions = policies.upstreamFunctions.values()
  const nameOfUpstream = ({ kind }: UpstreamManifest): string | undefined =>
    kind === 'http' ? origins.next().value : kind === 'lambda' ? functions.next().value : undefined
  return new Set(
    policies.gates.flatMap(({ upstream, routes }) =>
      absent.includes(nameOfUpstream(upstream) ?? '') ? [] : Object.keys(routes),
    ),
  )
}

const needsInput = ({ input: { path, query, headers, cookies, body } }: GateRoute): boolean =>
  Boolean(body?.required) || [...path, ...query, ...headers, ...cookies].some(({ required }) => required)

function askedOf(
  { access }: GateRoute,
  asked: RouteAccess | undefined,
  issuers: readonly IssuerManifest[],
): AskedOfToken | 'public' | 'nobody' {
  if (access.kind === 'public') return 'public'
  if (!asked) return 'nobody'
  const all = asked.issuers.length === issuers.length
  return { ...asked, ...access, issuers: all ? [] : asked.issuers.map(place => nameOf(issuers[place])) }
}

const nameOf = (issuer: IssuerManifest | undefined): string =>
  typeof issuer?.issuer === 'string' ? issuer.issuer : 'a deploy-time issuer'

// A person's requests, one after the other, are too slow to meet the others.
const shortestMetMs = 60_000

function firstMet({ layers, cost }: RouteLimits): RouteSummary['limited'] {
  const met = layers.flatMap(layer =>
    layer.bounds
      .filter(({ windowMs, when }) => windowMs >= shortestMetMs && when === null)
      .map(bound => ({
        text: layer.tiers ? boundText(bound) : layerText({ ...layer, bounds: [bound] }),
        requests: Math.floor(bound.max / cost),
      })),
  )
  return met.sort((a, b) => a.requests - b.requests)[0] ?? null
}

function upstreamText({ gate, upstream }: GateManifest): string {
  switch (upstream.kind) {
    case 'http':
      return typeof upstream.url === 'string' ? upstream.url : `(${upstream.url.env})`
    case 'lambda':
      return 'lambda'
    case 'stub':
      return 'stub'
    case 'keySet':
      return 'key set'
    case 'direct':
      return `direct: ${gate}`
  }
}

function inputsOf({ input }: GateRoute): RouteSummary['inputs'] {
  const names = (parameters: ReadonlyArray<{ readonly name: string }>) => parameters.map(({ name }) => name)
  return {
    path: names(input.path),
    query: names(input.query),
    headers: names(input.headers),
    cookies: names(input.cookies),
    body: bodyNames(input.body),
  }
}

/** The members of a JSON body or the fields of a form; other kinds have no names. */
function bodyNames(body: GateRoute['input']['body']): string[] {
  if (body?.kind === 'json') return Object.keys(body.projection.members ?? {})
  return body?.kind === 'form' ? body.fields.map(({ name }) => name) : []
}
