import { randomUUID } from 'node:crypto'
import { type Service, serve } from './service.ts'

/** The billing service behind the example: numbers invoices. */
export function startBilling(): Promise<Service> {
  let issued = 0
  return serve(({ body, subject }) => {
    issued += 1
    return { status: 201, body: { ...Object(body), id: randomUUID(), number: issued, issuedBy: subject } }
  })
}
