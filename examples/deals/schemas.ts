import { z } from 'zod'

export const NewDeal = z.object({
  title: z.string().min(1).max(120),
  amount: z.number().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
})

export const NewInvoice = z.object({
  dealId: z.uuid(),
  amount: z.number().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
  lines: z.array(z.object({ text: z.string().max(200), amount: z.number() })).max(100),
})

export const Deal = NewDeal.extend({
  id: z.uuid(),
  owner: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  /** For managers only: see where it is declared as an output. */
  margin: z.number(),
})

export const Invoice = NewInvoice.extend({ id: z.uuid(), number: z.int(), issuedBy: z.string() })

export const Failure = z.object({ error: z.string() })
