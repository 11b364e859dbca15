import * as sallyport from 'sallyport'
import { expect, it } from 'vitest'

it('the library hands out the words of declarations, and no class that only an API may construct', () => {
  expect(Object.keys(sallyport).sort()).toEqual([
    'Access',
    'Body',
    'ClientAddress',
    'ClientCertificate',
    'DeclarationError',
    'GatewayDashboard',
    'GatewayState',
    'Issuer',
    'Limit',
    'Output',
    'Trust',
    'Upstream',
    'ZeroTrustApi',
    'declareRoute',
    'optional',
  ])
})
