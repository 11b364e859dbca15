import { App, Stack } from 'aws-cdk-lib'
import { Access, Issuer, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { z } from 'zod'
import { collections, upstreamsFor } from './many-collections.ts'

// An app of as many guarded routes as its argument says: collections with the usual five operations each, over twelve upstreams.
const routes = Number(process.argv[2])
const stack = new Stack(new App(), 'ManyRoutes')
const api = new ZeroTrustApi(stack, 'Api', {
  issuers: [
    Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] }),
  ],
  limits: { user: Limit.perMinute(60) },
})
const gates = upstreamsFor(routes).map(name =>
  api.addUpstream(name, Upstream.http(`https://${name.toLowerCase()}.internal.example.com`)),
)
const id = z.uuid()
for (const [index, { name, operations }] of collections(routes).entries()) {
  const Draft = z.object({
    title: z.string().min(1).max(200),
    amount: z.number().min(0).max(1_000_000),
    currency: z.enum(['EUR', 'USD', 'GBP']),
    [`notesOf${name}`]: z.array(z.string().max(500)).max(20).optional(),
  })
  const Stored = Draft.extend({ id, createdAt: z.iso.datetime() })
  const read = Access.token({ scopes: [`${name}:read`] })
  const write = Access.token({ scopes: [`${name}:write`], roles: ['sales'] })
  const upstream = gates[index % gates.length] as (typeof gates)[number]
  const declare: Record<(typeof operations)[number], () => unknown> = {
    list: () =>
      api.addRoute(`GET /${name}`, {
        upstream,
        access: read,
        input: {
          query: {
            limit: z.coerce.number().int().min(1).max(100).optional(),
            cursor: z.string().max(64).optional(),
          },
        },
        output: { 200: z.object({ items: z.array(Stored).max(100), cursor: z.string().optional() }) },
      }),
    create: () =>
      api.addRoute(`POST /${name}`, {
        upstream,
        access: write,
        input: { body: Draft },
        output: { 201: Stored },
      }),
    read: () =>
      api.addRoute(`GET /${name}/{id}`, {
        upstream,
        access: read,
        input: { path: { id } },
        output: { 200: Stored, 404: Output.empty() },
      }),
    replace: () =>
      api.addRoute(`PUT /${name}/{id}`, {
        upstream,
        access: write,
        input: { path: { id }, body: Draft },
        output: { 200: Stored, 404: Output.empty() },
      }),
    remove: () =>
      api.addRoute(`DELETE /${name}/{id}`, {
        upstream,
        access: write,
        input: { path: { id } },
        output: { 204: Output.empty(), 404: Output.empty() },
      }),
  }
  for (const operation of operations) declare[operation]()
}
App.of(stack)?.synth()
