import { App, Stack } from 'aws-cdk-lib'
import { Access, Issuer, Limit, optional, Upstream, ZeroTrustApi } from 'sallyport'
import { z } from 'zod'

// An app of one typical route: three path and query parameters, four headers, a body, an answer, a limit.
const stack = new Stack(new App(), 'Typical')
const api = new ZeroTrustApi(stack, 'Api', {
  issuers: [
    Issuer.oidc('https://login.example.com', { audience: 'https://api.example.com', algorithms: ['ES256'] }),
  ],
  limits: { user: Limit.perHour(1_000_000) },
})

const Line = z.object({
  sku: z.string().max(40),
  text: z.string().max(200),
  count: z.int().min(1).max(1000),
  price: z.number().min(0),
})
const Address = z.object({
  name: z.string().max(100),
  street: z.string().max(100),
  city: z.string().max(60),
  country: z.string().regex(/^[A-Z]{2}$/),
})
const NewOrder = z.object({
  reference: z.uuid(),
  currency: z.enum(['EUR', 'USD', 'GBP']),
  address: Address,
  lines: z.array(Line).min(1).max(100),
  note: z.string().max(500).optional(),
})
const Order = NewOrder.extend({
  id: z.uuid(),
  status: z.enum(['open', 'paid', 'sent']),
  total: z.number(),
  createdAt: z.iso.datetime(),
})

api.addRoute('PUT /customers/{customerId}/orders', {
  upstream: api.addUpstream('Orders', Upstream.http('https://orders.internal.example.com')),
  access: Access.token({ scopes: ['orders:write'] }),
  input: {
    path: { customerId: z.uuid() },
    query: { expand: z.enum(['lines', 'all']).optional(), dryRun: z.boolean().optional() },
    headers: {
      'accept-language': z.string().max(64).optional(),
      'idempotency-key': z.uuid(),
      'x-tenant': z.string().max(20),
      'x-tags': optional(z.array(z.string().max(20))),
    },
    body: NewOrder,
  },
  output: { 200: Order },
})
App.of(stack)?.synth()
