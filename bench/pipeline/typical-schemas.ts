import { z } from 'zod'

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

/** What the typical route takes: the gate and the peer beside it read it by the same schemas. */
export const path = { customerId: z.uuid() }
export const query = { expand: z.enum(['lines', 'all']).optional(), dryRun: z.boolean().optional() }
export const headers = {
  'accept-language': z.string().max(64).optional(),
  'idempotency-key': z.uuid(),
  'x-tenant': z.string().max(20),
}
export const tag = z.string().max(20)
export const NewOrder = z.object({
  reference: z.uuid(),
  currency: z.enum(['EUR', 'USD', 'GBP']),
  address: Address,
  lines: z.array(Line).min(1).max(100),
  note: z.string().max(500).optional(),
})

/** What it answers. */
export const Order = NewOrder.extend({
  id: z.uuid(),
  status: z.enum(['open', 'paid', 'sent']),
  total: z.number(),
  createdAt: z.iso.datetime(),
})
