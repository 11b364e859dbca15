import { type Decoder, object, string } from './decode.ts'

/**
 * The policy as data: written at synth by lib/, read once at load by functions/.
 * Values known only at deploy time are written as `{ env }` and come from the function's environment.
 */
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
