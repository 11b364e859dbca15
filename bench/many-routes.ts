import { App, Stack } from 'aws-cdk-lib'
import { Access, Issuer, Limit, Output, Upstream, ZeroTrustApi } from 'sallyport'
import { z } from 'zod'

// An app of as many guarded routes as its argument says, each with a path, a query and a limit.
const stack = new Stack(new App(), 'ManyRoutes')
const api = new ZeroTrustApi(stack, 'Api', {
  issuers: [
    Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] }),
  ],
  limits: { user: Limit.perMinute(60) },
})
const upstream = api.addUpstream('Things', Upstream.http('https://things.internal.example.com'))
const Thing = z.object({ id: z.uuid(), name: z.string().max(200), notes: z.array(z.string()).optional() })
for (let route = 0; route < Number(process.argv[2]); route += 1) {
  api.addRoute(`GET /things${route}/{id}`, {
    upstream,
    access: Access.token({ scopes: ['things:read'] }),
    output: { 200: Thing, 404: Output.empty() },
    input: { path: { id: z.uuid() }, query: { expand: z.enum(['notes', 'history']).optional() } },
  })
}
App.of(stack)?.synth()
