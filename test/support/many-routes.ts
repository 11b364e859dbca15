import type { Stack } from 'aws-cdk-lib'
import { Access, Issuer, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { z } from 'zod'

const operations = ['list', 'create', 'read', 'replace', 'remove'] as const

interface Collection {
  readonly name: string
  readonly operations: readonly (typeof operations)[number][]
}

/** So many routes, as collections of five operations each; the last may have fewer. */
export const collections = (routes: number): Collection[] =>
  Array.from({ length: Math.ceil(routes / operations.length) }, (_, i) => ({
    name: `things${i}`,
    operations: operations.slice(0, routes - i * operations.length),
  }))

/** Names of the upstreams that they stand before in turn: twelve, or one for each collection. */
export const upstreamNames = (routes: number): string[] =>
  Array.from({ length: Math.min(12, collections(routes).length) }, (_, i) => `Upstream${i}`)

/** An API of guarded and limited routes, with inputs and outputs as such collections have them. */
export function declareManyRoutes(stack: Stack, routes: number): ZeroTrustApi {
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [
      Issuer.oidc('https://login.example.com', {
        audience: 'https://api.example.com',
        algorithms: ['ES256'],
      }),
    ],
    limits: { user: Limit.perMinute(60) },
  })
  const gates = upstreamNames(routes).map(name =>
    api.addUpstream(name, Upstream.http(`https://${name.toLowerCase()}.internal.example.com`)),
  )
  for (const [index, collection] of collections(routes).entries()) {
    const upstream = gates[index % gates.length]
    if (upstream) declareCollection(api, upstream, collection)
  }
  return api
}

function declareCollection(
  api: ZeroTrustApi,
  upstream: ReturnType<ZeroTrustApi['addUpstream']>,
  { name, operations: declared }: Collection,
): void {
  const id = z.uuid()
  const Draft = z.object({
    title: z.string().min(1).max(200),
    amount: z.number().min(0).max(1_000_000),
    currency: z.enum(['EUR', 'USD', 'GBP']),
    // So that no two collections have one schema.
    [`${name}Notes`]: z.array(z.string().max(500)).max(20).optional(),
  })
  const Stored = Draft.extend({ id, createdAt: z.iso.datetime() })
  const read = { upstream, access: Access.token({ scopes: [`${name}:read`] }) }
  const write = { upstream, access: Access.token({ scopes: [`${name}:write`], roles: ['sales'] }) }
  const path = { id }
  const found = { 200: Stored, 404: Output.empty() }
  const declare = {
    list: () =>
      api.addRoute(`GET /${name}`, {
        ...read,
        input: {
          query: { limit: z.int().min(1).max(100).optional(), cursor: z.string().max(64).optional() },
        },
        output: { 200: z.object({ items: z.array(Stored).max(100), cursor: z.string().optional() }) },
      }),
    create: () =>
      api.addRoute(`POST /${name}`, { ...write, input: { body: Draft }, output: { 201: Stored } }),
    read: () => api.addRoute(`GET /${name}/{id}`, { ...read, input: { path }, output: found }),
    replace: () =>
      api.addRoute(`PUT /${name}/{id}`, { ...write, input: { path, body: Draft }, output: found }),
    remove: () =>
      api.addRoute(`DELETE /${name}/{id}`, {
        ...write,
        input: { path },
        output: { 204: Output.empty(), 404: Output.empty() },
      }),
  }
  for (const operation of declared) declare[operation]()
}
