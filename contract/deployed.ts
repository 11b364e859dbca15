import { type Decoder, object, string } from './decode.ts'

/** Of the policy a value that may be known only at deploy time: then it is `{ env }`, and comes from the function's environment. */
export type Deployed = string | { readonly env: string }

export const deployed: Decoder<Deployed> = (value, at) =>
  typeof value === 'string' ? value : object({ env: string })(value, at)

/** The value of a {@link Deployed}: throws when the environment lacks it. */
export function resolveDeployed(value: Deployed, environment: Record<string, string | undefined>): string {
  if (typeof value === 'string') return value
  const found = environment[value.env]
  if (!found) throw new Error(`environment variable ${value.env} is not set`)
  return found
}
