import { Access, Body, declareRoute, Limit, Output, optional } from 'sallyport'
import { z } from 'zod'

// What an app declares once, for itself and for its function (function.ts).

const Order = z.object({ id: z.string(), seen: z.string().optional(), margin: z.number().optional() })

export const getOrder = declareRoute('GET /orders/{orderId}', {
  access: Access.token({ scopes: ['orders:read'] }),
  limits: { user: Limit.perMinute(3) },
  input: {
    path: { orderId: z.string().max(20) },
    query: { limit: z.int().max(100).optional(), tag: optional(z.array(z.string())) },
    headers: { 'X-Trace': optional({ type: 'string' }) },
    cookies: { session: z.string().optional() },
  },
  output: {
    200: Output.json(Order, {
      headers: ['location'],
      cookies: ['theme'],
      visibleTo: { '/margin': { roles: ['manager'] } },
    }),
    404: Output.empty(),
  },
})

export const createOrder = declareRoute('POST /orders', {
  access: Access.public(),
  input: { body: z.object({ title: z.string().max(20), amount: z.number().optional() }) },
  output: { 201: Order, 202: Output.text() },
})

export const draftOrder = declareRoute('POST /drafts', {
  access: Access.token({ rule: "claims.sub != 'mallory'" }),
  input: { body: Body.form({ title: z.string(), urgent: z.boolean().optional() }) },
  output: { 200: z.object({ title: z.string(), urgent: z.boolean() }) },
})

export const putFile = declareRoute('PUT /files', {
  access: Access.public(),
  input: { body: Body.bytes(['image/png']) },
  output: { 200: Output.bytes(['image/png']) },
})
