import { checkAddressRanges } from './address-ranges.ts'
import { checkObject, checkOptions } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** Who may call API Gateway at all, whatever their token: everybody else gets a 403 and wakes no function. */
export interface CallersOptions {
  /**
   * Addresses, as ranges: `203.0.113.0/24`, `2001:db8::/32`; one address is `198.51.100.7/32`. Of a private API they are addresses in
   * the VPC. Those who call through a proxy or a CDN come from its addresses: API Gateway reads no header here.
   */
  readonly addresses: readonly string[]
}

const example = "{ addresses: ['203.0.113.0/24'] }"

/** Refuses what API Gateway could not tell of a caller. */
export function checkCallers(at: string, given: unknown): CallersOptions {
  checkObject(at, given, 'an object with addresses', `write ${example}`)
  const organization = Object.keys(given as object).find(key => /org|account|principal/i.test(key))
  if (organization !== undefined) {
    throw new DeclarationError({
      at,
      given: `"${organization}", of which API Gateway knows only where callers sign with IAM (aws:PrincipalOrgID): here they come with tokens`,
      allowed: 'addresses',
      fix: 'for callers of one organisation make the API private: endpoint: Endpoint.private({ vpcEndpoints: [ … ] })',
    })
  }
  checkOptions(at, given, ['addresses'], example)
  const addresses = checkAddressRanges(`${at} addresses`, (given as CallersOptions).addresses, {
    fix: `for example callers: ${example}`,
    everyone: 'for everybody leave callers out',
  })
  return { addresses: [...addresses].sort() }
}
