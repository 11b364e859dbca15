import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Deal as DealSchema, NewDeal } from '../schemas.ts'
import { type Service, serve } from './service.ts'

/** With what it has never told anyone: the gateway strips it. */
type Deal = z.infer<typeof DealSchema> & { readonly remark: string }

/** The CRM behind the example: keeps deals for as long as it runs. */
export function startCrm(): Promise<Service> {
  const deals = new Map<string, Deal>()
  const add = (deal: Deal) => deals.set(deal.id, deal).get(deal.id) as Deal
  add({
    id: randomUUID(),
    owner: 'user-1',
    status: 'open',
    title: 'Forty chairs',
    amount: 5200,
    currency: 'EUR',
    margin: 0.31,
    remark: 'always late',
  })
  add({
    id: randomUUID(),
    owner: 'user-2',
    status: 'won',
    title: 'A long table',
    amount: 1800,
    currency: 'EUR',
    margin: 0.24,
    remark: 'a friend of the house',
  })

  return serve(({ method, path, query, body, subject }) => {
    const [, collection, id, part] = path.split('/')
    if (collection === 'users' && part === 'deals') {
      return {
        status: 200,
        body: [...deals.values()].filter(deal => deal.owner === decodeURIComponent(id ?? '')),
      }
    }
    if (method === 'POST') {
      const deal = add({
        ...(body as z.infer<typeof NewDeal>),
        id: randomUUID(),
        owner: subject,
        status: 'open',
        margin: 0.2,
        remark: '',
      })
      return { status: 201, body: deal }
    }
    if (id) {
      const deal = deals.get(id)
      return deal ? { status: 200, body: deal } : { status: 404, body: { error: 'no such deal' } }
    }
    const status = query.get('status')
    const limit = Number(query.get('limit') ?? 100)
    const found = [...deals.values()].filter(deal => status === null || deal.status === status)
    return { status: 200, body: found.slice(0, limit) }
  })
}
