import * as sallyport from 'sallyport'
import { expect, it } from 'vitest'

it('the library hands out the words of declarations, and no class that only an API may construct', () => {
  expect(Object.keys(sallyport).sort()).toEqual([
    'Access',
    'Body',
    'Breaker',
    'ClientAddress',
    'DeclarationError',
    'Endpoint',
    'GatewayDashboard',
    'GatewayState',
    'Issuer',
    'Limit',
    'Output',
    'Upstream',
    'WebFirewall',
    'ZeroTrustApi',
    'declareRoute',
    'optional',
  ])
})
