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
