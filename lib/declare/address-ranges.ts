import { readAddressRange } from '../../contract/address-range.ts'
import { checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'

export interface RangeRules {
  /** What to write instead of something that is no list of texts. */
  readonly fix: string
  /** What to write where every address is meant. */
  readonly everyone: string
}

/** A list of different ranges of addresses, none of them all there are. */
export function checkAddressRanges(
  at: string,
  given: unknown,
  { fix, everyone }: RangeRules,
): readonly string[] {
  const ranges = checkTexts(at, given, { fix })
  ranges.forEach((range, i) => {
    checkRange(`${at}[${i}]`, range, everyone)
  })
  return ranges
}

function checkRange(at: string, given: string, everyone: string): void {
  if (readAddressRange(given) && !given.endsWith('/0')) return
  throw new DeclarationError({
    at,
    given: given.endsWith('/0') ? `${describeValue(given)}, which is every address` : describeValue(given),
    allowed: 'a range of addresses without bits beyond its prefix: 203.0.113.0/24, 2001:db8::/32',
    fix: given.endsWith('/0')
      ? everyone
      : 'of one address write its whole length: 198.51.100.7/32, 2001:db8::7/128',
  })
}
