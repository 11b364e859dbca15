/**
 * Whether reading a JSON number and writing it again leaves it what it was (RFC 8259 §6, RFC 7493 §2.2): integers within
 * ±(2^53 − 1), and fractions of which the double nearest to them is written with the same digits.
 *
 * `-0` is another spelling of the number 0, as `1e0` is of 1, and is written as that.
 *
 * @param token a number as JSON writes it
 */
export function isExactNumber(token: string): boolean {
  if (token.length <= plainDigits && !exponent.test(token)) return true
  const value = Number(token)
  if (!Number.isFinite(value)) return false
  if (integer.test(token)) return Number.isSafeInteger(value)
  return decimal(token) === decimal(String(value))
}

/** A double holds any fifteen digits, wherever the point is among them. */
export const plainDigits = 15

const exponent = /e/i
const integer = /^-?\d+$/

/** The same text for the same number: its digits without zeros at either end, and the power of ten they are taken by. */
function decimal(token: string): string {
  const negative = token.startsWith('-')
  const [mantissa = '', power = '0'] = (negative ? token.slice(1) : token).toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = withoutZerosBehind(digits)
  if (significant === '') return '0'
  const zeros = digits.length - significant.length
  return `${negative ? '-' : ''}${significant}e${Number(power) - fraction.length + zeros}`
}

/** By hand: the pattern for it takes time by the square of the digits. */
function withoutZerosBehind(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}
