import { App, Stack } from 'aws-cdk-lib'
import { Access, Issuer, Limit, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { z } from 'zod'
import { headers, NewOrder, Order, path, query, tag } from './typical-schemas.ts'

// An app of one typical route: three path and query parameters, four headers, a body, an answer, a limit.
const stack = new Stack(new App(), 'Typical')
const api = new ZeroTrustApi(stack, 'Api', {
  issuers: [
    Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] }),
  ],
  limits: { user: Limit.perHour(1_000_000) },
})

api.addRoute('PUT /customers/{customerId}/orders', {
  upstream: api.addUpstream('Orders', Upstream.http('https://orders.internal.example.com')),
  access: Access.token({ scopes: ['orders:write'] }),
  input: {
    path,
    query,
    headers: { ...headers, 'x-tags': optional(z.array(tag)) },
    body: NewOrder,
  },
  output: { 200: Order },
})
App.of(stack)?.synth()
