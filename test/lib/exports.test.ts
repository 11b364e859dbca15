import * as sallyport from 'sallyport'
import * as checks from 'sallyport/checks'
import { expect, it } from 'vitest'

it('the library hands out the words of declarations, and no class that only an API may construct', () => {
  expect(Object.keys(sallyport).sort()).toEqual([
    'Access',
    'AuditTrail',
    'Body',
    'Breaker',
    'ClientAddress',
    'ClientCertificate',
    'Credentials',
    'DeclarationError',
    'Endpoint',
    'GatewayDashboard',
    'GatewayIdentity',
    'GatewayState',
    'Issuer',
    'Limit',
    'Output',
    'Principal',
    'Trust',
    'Upstream',
    'WebFirewall',
    'ZeroTrustApi',
    'declareRoute',
    'optional',
  ])
})

it('of checks there is the plugin alone: rules are asked by it', () => {
  expect(Object.keys(checks)).toEqual(['ZeroTrustChecks'])
})
