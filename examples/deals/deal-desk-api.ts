import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import {
  Access,
  type AuditTrail,
  Credentials,
  type GatewayIdentity,
  type GatewayState,
  Issuer,
  Limit,
  Output,
  Upstream,
  ZeroTrustApi,
} from 'sallyport'
import { z } from 'zod'
import { Deal, Failure, Invoice, NewDeal, NewInvoice } from './schemas.ts'

interface DealDeskApiProps extends StackProps {
  readonly state: GatewayState
  readonly identity: GatewayIdentity
  readonly audit: AuditTrail
}

/** A deal desk: sales may make deals, finance may make invoices, and nobody may do both with one role. */
export class DealDeskApi extends Stack {
  readonly api: ZeroTrustApi

  constructor(scope: Construct, id: string, { state, identity, audit, ...props }: DealDeskApiProps) {
    super(scope, id, props)

    this.api = new ZeroTrustApi(this, 'Api', {
      issuers: [
        Issuer.oidc('https://login.example.com', {
          audience: 'https://api.example.com',
          algorithms: ['ES256'],
        }),
      ],
      // A laptop that plays all of AWS is slower than AWS: there, leave the budget at its 150 ms.
      limits: { user: Limit.perMinute(60), budget: Duration.seconds(2) },
      state,
      audit,
    })

    const crm = this.api.addUpstream(
      'Crm',
      Upstream.http('https://crm.internal.example.com', { timeout: Duration.seconds(3) }),
    )
    // It takes requests from the gateway only: see services/billing.ts.
    const billing = this.api.addUpstream(
      'Billing',
      Upstream.http('https://billing.internal.example.com', {
        credentials: Credentials.gatewayToken(identity, { audience: 'https://billing.internal.example.com' }),
      }),
    )

    const deal = Output.json(Deal, { visibleTo: { '/margin': { roles: ['manager'] } } })
    const deals = Output.json(z.array(Deal), { visibleTo: { '/*/margin': { roles: ['manager'] } } })

    this.api.addRoute('GET /health', {
      upstream: Upstream.stub(200, { status: 'ok' }),
      access: Access.public(),
    })

    this.api.addRoute('GET /.well-known/jwks.json', {
      upstream: identity.keySet,
      access: Access.public(),
    })

    this.api.addRoute('GET /deals', {
      upstream: crm,
      access: Access.token({ scopes: ['deals:read'] }),
      input: {
        query: {
          status: z.enum(['open', 'won', 'lost']).optional(),
          limit: z.int().min(1).max(100).optional(),
        },
      },
      output: { 200: deals },
    })

    this.api.addRoute('POST /deals', {
      upstream: crm,
      access: Access.token({ scopes: ['deals:write'], roles: ['sales'] }),
      input: { body: NewDeal },
      output: { 201: deal, 409: Failure },
    })

    this.api.addRoute('GET /deals/{dealId}', {
      upstream: crm,
      access: Access.token({ scopes: ['deals:read'] }),
      input: {
        path: { dealId: z.uuid() },
        headers: { 'accept-language': z.string().max(64).optional() },
      },
      output: { 200: deal, 404: Failure },
    })

    this.api.addRoute('GET /users/{userId}/deals', {
      upstream: crm,
      access: Access.token({ scopes: ['deals:read'], claims: { sub: { equalsPath: 'userId' } } }),
      input: { path: { userId: z.string().max(64) } },
      output: { 200: deals },
    })

    this.api.addRoute('POST /invoices', {
      upstream: billing,
      access: Access.token({ scopes: ['invoices:write'], roles: ['finance'] }),
      input: { body: NewInvoice },
      output: { 201: Invoice },
    })
  }
}
