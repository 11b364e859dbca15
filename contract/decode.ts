/**
 * A strict reader for manifests. Both sides are ours, but "assume breach" includes a half-deployed or edited asset:
 * an unknown key, kind or missing member stops the function at load, so that nothing runs on a policy it half understands.
 */
export type Decoder<T> = (value: unknown, at: string) => T
export type Decoded<D> = D extends Decoder<infer T> ? T : never

export class ManifestError extends Error {
  constructor(at: string, expected: string) {
    super(`manifest ${at}: expected ${expected}`)
    this.name = 'ManifestError'
  }
}

const fail = (at: string, expected: string): never => {
  throw new ManifestError(at, expected)
}

export const string: Decoder<string> = (value, at) =>
  typeof value === 'string' ? value : fail(at, 'a string')
export const text: Decoder<string> = (value, at) => string(value, at) || fail(at, 'a text that is not empty')
/** What a claim can be compared with. */
export type Scalar = string | number | boolean
export const scalar: Decoder<Scalar> = (value, at) =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
    ? (value as Scalar)
    : fail(at, 'a text, a number, true or false')
export const boolean: Decoder<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : fail(at, 'true or false')
export const count: Decoder<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(at, 'a whole number')
export const json: Decoder<unknown> = (value, at) => (value === undefined ? fail(at, 'a value') : value)

export const literal =
  <const T extends string>(...allowed: readonly T[]): Decoder<T> =>
  (value, at) =>
    allowed.includes(value as T) ? (value as T) : fail(at, `one of ${allowed.join(', ')}`)

export const nullable =
  <T>(inner: Decoder<T>): Decoder<T | null> =>
  (value, at) =>
    value === null ? null : inner(value, at)

export const list =
  <T>(inner: Decoder<T>): Decoder<readonly T[]> =>
  (value, at) =>
    Array.isArray(value) ? value.map((item, i) => inner(item, `${at}[${i}]`)) : fail(at, 'a list')

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const record =
  <T>(inner: Decoder<T>): Decoder<Readonly<Record<string, T>>> =>
  (value, at) => {
    if (!isRecord(value)) return fail(at, 'an object')
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, inner(v, `${at}["${key}"]`)]))
  }

type Members = Record<string, Decoder<unknown>>
type Shape<M extends Members> = { readonly [K in keyof M]: Decoded<M[K]> }

function onlyMembers(value: unknown, members: Members, at: string): Record<string, unknown> {
  if (!isRecord(value)) return fail(at, 'an object')
  for (const key of Object.keys(value)) if (!Object.hasOwn(members, key)) fail(at, `no member "${key}"`)
  return value
}

/** Every member present, no other. Optional things are written as `nullable`, so that leaving one out is noticed. */
export const object =
  <M extends Members>(members: M): Decoder<Shape<M>> =>
  (value, at) => {
    const given = onlyMembers(value, members, at)
    return Object.fromEntries(
      Object.entries(members).map(([key, decode]) => [key, decode(given[key], `${at}.${key}`)]),
    ) as Shape<M>
  }

/** Any of these members, no other: for what is written often and mostly says nothing. */
export const partial =
  <M extends Members>(members: M): Decoder<Partial<Shape<M>>> =>
  (value, at) =>
    Object.fromEntries(
      Object.entries(onlyMembers(value, members, at)).map(([key, member]) => [
        key,
        members[key]?.(member, `${at}.${key}`),
      ]),
    ) as Partial<Shape<M>>

/** Objects told apart by their `kind`. An unknown kind is an error, never skipped. */
export const oneOfKind =
  <K extends Record<string, Decoder<unknown>>>(kinds: K): Decoder<Decoded<K[keyof K]>> =>
  (value, at) => {
    const kind = isRecord(value) ? value.kind : undefined
    const decode = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    return (decode ?? fail(at, `kind to be one of ${Object.keys(kinds).join(', ')}`))(value, at) as Decoded<
      K[keyof K]
    >
  }
