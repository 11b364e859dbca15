import { count, type Decoded, list, nullable, object, string } from './decode.ts'

/** Who may say whom a request comes from, where that is not whoever called API Gateway. */
export const clientAddress = object({
  /** Ranges of the proxies' own addresses; null: API Gateway can be reached through them only, as was declared with a reason. */
  from: nullable(list(string)),
  /** How many entries of `x-forwarded-for` are theirs, counted from the last; what stands further left is the caller's own word. */
  hops: count,
})
export type ClientAddressManifest = Decoded<typeof clientAddress>
