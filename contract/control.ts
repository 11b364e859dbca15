import { count, type Decoded, type Decoder, literal, nullable, object, string } from './decode.ts'

/**
 * What an operator, or a responder, has ordered: kept as JSON beside the counters. It says who ordered it, when and why, and until when
 * it holds; what cannot be read denies.
 */
const control = object({
  /** `quarantine`: refused; `revoke`: tokens that count no more; `close`: a route or an upstream that answers nobody. */
  kind: literal('quarantine', 'revoke', 'close'),
  /** Seconds since the epoch, compared in code; null: until it is taken back. */
  until: nullable(count),
  /** Of `revoke` for all tokens of a subject or client: those issued at this second or before. Null: whatever it stands at. */
  issuedBefore: nullable(count),
  /** Both empty in the shared item, which every gate reads every two seconds: they stand elsewhere, for people. */
  by: string,
  why: string,
  /** Seconds since the epoch. */
  at: count,
})
export type Control = Decoded<typeof control>

const longestText = 4000

export const readControl: Decoder<Control> = (value, at) => {
  const text = string(value, at)
  if (text.length > longestText) throw new Error(`${at}: too long for a control`)
  return control(JSON.parse(text), at)
}
export const writeControl = (given: Control): string => JSON.stringify(control(given, 'control'))

export const isInForce = ({ until }: Control, nowSeconds: number): boolean =>
  until === null || nowSeconds < until
