import type { ClaimRule } from '../../contract/authorizer-manifest.ts'
import type { Scalar } from '../../contract/decode.ts'
import { checkOptions, checkText, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

/** What one claim must be. Texts are compared as a whole, and by case. */
export type ClaimRequirement<PathParameter extends string = string> =
  | { readonly equals: Scalar }
  | { readonly oneOf: readonly string[] }
  /** A list that has this text as an item. */
  | { readonly contains: string }
  /** Anything but null. */
  | { readonly present: true }
  | {
      /**
       * Object-level authorization: the claim must equal this path parameter. Decided by the second door, since the
       * first one's answers are cached per path template.
       */
      readonly equalsPath: PathParameter
    }

type Read =
  | ClaimRule
  | { readonly kind: 'equalsPath'; readonly claim: string; readonly pathParameter: string }

const kinds = ['equals', 'oneOf', 'contains', 'present', 'equalsPath'] as const

export function readClaimRequirement(claim: string, given: ClaimRequirement): Read {
  if (claim === '')
    return complain(
      'Access.token claims',
      claim,
      'the name of a claim',
      "write claims: { tenant: { equals: 'acme' } }",
    )
  const at = `Access.token claims.${claim}`
  checkOptions(at, given, kinds)
  const [kind, ...more] = Object.keys(given) as Array<(typeof kinds)[number]>
  if (kind === undefined || more.length > 0) {
    throw new DeclarationError({
      at,
      given: [kind, ...more].join(' and ') || 'nothing',
      allowed: `exactly one of ${kinds.join(', ')}`,
      fix: 'state one requirement per claim',
    })
  }
  const value: unknown = (given as Record<string, unknown>)[kind]
  switch (kind) {
    case 'equals':
      return { kind, claim, value: checkScalar(`${at}.equals`, value) }
    case 'oneOf': {
      const fix = "write oneOf: ['acme', 'initech']; claims are compared as text"
      return { kind, claim, values: checkTexts(`${at}.oneOf`, value, { fix }) }
    }
    case 'contains': {
      const fix = "write contains: 'beta'; items are compared as text"
      return { kind, claim, value: checkText(`${at}.contains`, value, { fix }) }
    }
    case 'present':
      if (value !== true)
        return complain(`${at}.present`, value, 'true', 'write present: true, or leave the claim out')
      return { kind, claim }
    case 'equalsPath': {
      const fix = 'name a parameter of the path'
      return { kind, claim, pathParameter: checkText(`${at}.equalsPath`, value, { fix }) }
    }
  }
}

function checkScalar(at: string, given: unknown): Scalar {
  const fix = "write equals: 'acme'; a claim that is true or a number is written as that"
  if (typeof given === 'boolean' || (typeof given === 'number' && Number.isFinite(given))) return given
  if (typeof given === 'string' || typeof given === 'number') return checkText(at, given, { fix })
  return complain(at, given, 'a non-empty string, a number, true or false', fix)
}

function complain(at: string, given: unknown, allowed: string, fix: string): never {
  throw new DeclarationError({ at, given: describeValue(given), allowed, fix })
}
