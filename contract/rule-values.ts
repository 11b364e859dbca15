import type { Parameter } from './gate-manifest.ts'

export type RuleParameters = ReadonlyArray<Pick<Parameter, 'name' | 'wire' | 'many' | 'required'>>

/** What a rule may speak of, and of which types: the same at synth, where it is checked, and at run time. */
export interface RuleInputs {
  readonly path: RuleParameters
  readonly query: RuleParameters
  /** Whether it may speak of the caller's client certificate. @default false */
  readonly certificate?: boolean
}

/** What a rule may ask of a client certificate. `thumbprint`: SHA-256 of its DER in base64url, as `x5t#S256` (RFC 8705 §3.1). */
export const certificateMembers = ['subjectDN', 'issuerDN', 'serialNumber', 'thumbprint'] as const
export type CertificateMember = (typeof certificateMembers)[number]

/** The values of one request. A query parameter that was not sent is left out. */
export interface RuleValues {
  readonly claims: Readonly<Record<string, unknown>>
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly source: { readonly ip: string }
  /** Of the caller's certificate what is known of it. */
  readonly certificate?: Readonly<Partial<Record<CertificateMember, string>>>
}

/** The claims of these names. */
export const claimValues = (
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Map<string, unknown> => membersOf(claims, names, inert)

/** Maps, whose members are their own: in an object a claim named `constructor` or `__proto__` would be something else. */
function membersOf(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
  read: (value: unknown) => unknown,
): Map<string, unknown> {
  return new Map(
    names.filter(name => Object.hasOwn(values, name)).map(name => [name, read(values[name])] as const),
  )
}

function inert(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value)
    ? value.map(inert)
    : membersOf(value as Record<string, unknown>, Object.keys(value), inert)
}

/** Declared parameters as the types they are declared to be: integers are bigints in CEL's JavaScript. */
export function parameterValues(
  values: Readonly<Record<string, unknown>>,
  parameters: RuleParameters,
): Map<string, unknown> {
  const integers = new Set(parameters.filter(({ wire }) => wire === 'integer').map(({ name }) => name))
  return new Map(
    parameters
      .filter(({ name }) => Object.hasOwn(values, name))
      .map(({ name }) => [name, integers.has(name) ? integersOf(values[name]) : values[name]]),
  )
}

const integersOf = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(integersOf) : typeof value === 'number' ? BigInt(value) : value
