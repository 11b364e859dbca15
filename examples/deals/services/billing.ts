import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { type Identify, type Service, serve } from './service.ts'

/**
 * The billing service behind the example: numbers invoices. It takes requests that the gateway sends, and no others: each brings a token
 * that the gateway signed, for this service and for the very route.
 *
 * @param keySet where the gateway publishes its keys; not asked for before the first request
 */
export function startBilling(keySet: () => URL): Promise<Service> {
  let issued = 0
  return serve(({ body, subject }) => {
    issued += 1
    return { status: 201, body: { ...Object(body), id: randomUUID(), number: issued, issuedBy: subject } }
  }, byGatewayToken(keySet))
}

function byGatewayToken(keySet: () => URL): Identify {
  let keys: JWTVerifyGetKey | undefined
  return async ({ method, url, headers: { authorization = '' } }) => {
    try {
      keys ??= createRemoteJWKSet(keySet())
      const { payload } = await jwtVerify(authorization.replace(/^Bearer /, ''), keys, {
        issuer: 'https://api.example.com',
        audience: 'https://billing.internal.example.com',
        algorithms: ['ES256'],
        // A token of the same key for another purpose is none of these.
        typ: 'gateway+jwt',
        requiredClaims: ['exp', 'sub', 'route'],
      })
      return payload.route === `${method} ${url}` ? String(payload.sub) : null
    } catch {
      return null
    }
  }
}
