import type { Size } from 'aws-cdk-lib'
import type { ViewersManifest } from '../../contract/authorizer-manifest.ts'
import type { AnswerNames } from '../../contract/declared-route.ts'
import { jsonType } from '../../contract/media-types.ts'
import { checkObject, checkOptions, checkSize, checkText, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { checkAnswerCookie, checkAnswerHeader } from './output-names.ts'
import { isLibrarySchema, type Schema } from './schema.ts'
import { type DeclaredScopes, readScopes } from './scopes.ts'
import type { JsonValue, WithBody } from './values.ts'

/** Who sees a member: callers with these scopes and one of these roles, as in `Access.token`. At least one of the two. */
export interface Viewers {
  /** Every one of a list, or one of `{ anyOf: [...] }`. @default - none needed */
  readonly scopes?: DeclaredScopes
  /** One of these. @default - none needed */
  readonly roles?: readonly string[]
}

export interface EmptyOutputOptions<Header extends string = string, Cookie extends string = string> {
  /**
   * Response headers that may pass, in any case, beside `content-language` and `last-modified`. An `etag` passes only
   * where nothing was left out of the answer: it would tell what. Hop-by-hop headers,
   * security headers, CORS, caching and banners are the gateway's own and cannot be declared.
   * @default - none
   */
  readonly headers?: readonly Header[]
  /**
   * Cookies that the upstream may set, by exact name. `Secure` is added and `Domain` removed: a cookie is for the API's host alone.
   * @default - none
   */
  readonly cookies?: readonly Cookie[]
}

export interface BodyOutputOptions<Header extends string = string, Cookie extends string = string>
  extends EmptyOutputOptions<Header, Cookie> {
  /** The largest body, up to 5 MiB. Beyond it the caller gets 502. @default - the upstream's `maxResponse`, or 5 MiB; and what a function can answer: 6 MB in all, bytes as base64 */
  readonly maxSize?: Size
}

export interface JsonOutputOptions<Header extends string = string, Cookie extends string = string>
  extends BodyOutputOptions<Header, Cookie> {
  /** What the answer is called: `application/json` or a type that ends in `+json`. @default 'application/json' */
  readonly mediaType?: string
  /**
   * Members that only some callers see, by JSON Pointer (RFC 6901): `{ '/margin': { roles: ['manager'] } }`. A segment `*` is
   * every item of a list, or every member of a map that has no name of its own in the schema. For everyone else the member is removed, after the answer was validated.
   * Nobody sees it on a public route.
   * @default - all members are for whoever may use the route
   */
  readonly visibleTo?: Readonly<Record<string, Viewers>>
}

export interface TextOutputOptions<Header extends string = string, Cookie extends string = string>
  extends BodyOutputOptions<Header, Cookie> {
  /** A `text/…` type that browsers show as text. @default 'text/plain' */
  readonly mediaType?: string
}

interface DeclaredNames {
  /** Lower case. */
  readonly headers: readonly string[]
  readonly cookies: readonly string[]
}
interface BodyBound {
  readonly maxBytes: number | null
}

export type DeclaredAnswer = DeclaredNames &
  (
    | (BodyBound & {
        readonly kind: 'json'
        readonly schema: Schema
        readonly mediaType: string
        readonly visibleTo: ReadonlyMap<string, ViewersManifest>
      })
    | (BodyBound & { readonly kind: 'text'; readonly mediaType: string })
    | (BodyBound & { readonly kind: 'bytes'; readonly mediaTypes: readonly string[] })
    | { readonly kind: 'empty' }
  )

/** What a route declares of its answers: by status, or that nothing is known of them. A schema alone is `Output.json(schema)`. */
export type RouteOutput = Readonly<Record<number, Output | Schema>> | UnsafeAnyOutput

/**
 * An answer of one status. What is not declared of it does not reach the caller.
 *
 * @typeParam Answer what a function with a door of its own answers, beside the status
 */
export class Output<Answer = unknown> {
  /** A JSON body of this schema. Members that it does not declare are removed; an answer that violates it is a 502. */
  static json<
    const S extends Schema,
    const Header extends string = never,
    const Cookie extends string = never,
  >(
    schema: S,
    options: JsonOutputOptions<Header, Cookie> = {},
  ): Output<WithBody<JsonValue<S>, Header, Cookie>> {
    const at = 'Output.json'
    checkOptions(at, options, [...bodyOptions, 'mediaType', 'visibleTo'])
    const mediaType = options.mediaType ?? 'application/json'
    if (typeof mediaType !== 'string' || !jsonType.test(mediaType)) {
      throw new DeclarationError({
        at: `${at} mediaType`,
        given: describeValue(mediaType),
        allowed: 'application/json, or a type that ends in +json',
        fix: "for example 'application/problem+json', without parameters; for other types use Output.text or Output.bytes",
      })
    }
    return new Output({
      kind: 'json',
      schema,
      mediaType,
      visibleTo: readVisibleTo(`${at} visibleTo`, options.visibleTo ?? {}),
      ...bound(at, options),
      ...names(at, options),
    })
  }

  /** UTF-8 text, passed on as it is. */
  static text<const Header extends string = never, const Cookie extends string = never>(
    options: TextOutputOptions<Header, Cookie> = {},
  ): Output<WithBody<string, Header, Cookie>> {
    const at = 'Output.text'
    checkOptions(at, options, [...bodyOptions, 'mediaType'])
    const mediaType = options.mediaType ?? 'text/plain'
    if (typeof mediaType !== 'string' || !textType.test(mediaType) || activeType.test(mediaType)) {
      throw new DeclarationError({
        at: `${at} mediaType`,
        given: describeValue(mediaType),
        allowed: 'a text type that is no page and no script, in lower case and without parameters',
        fix: "for example 'text/plain' or 'text/csv'",
      })
    }
    return new Output({ kind: 'text', mediaType, ...bound(at, options), ...names(at, options) })
  }

  /**
   * Bytes of one of these media types, passed on as they are. API Gateway hands bytes only to callers whose `Accept` begins with
   * such a type (`Accept: application/pdf`), so anyone else gets 406 before the upstream is asked.
   *
   * @param mediaTypes such as `application/pdf`; the upstream must say which of them it is
   */
  static bytes<
    const Type extends string,
    const Header extends string = never,
    const Cookie extends string = never,
  >(
    mediaTypes: readonly Type[],
    options: BodyOutputOptions<Header, Cookie> = {},
  ): Output<WithBody<Uint8Array, Header, Cookie> & { readonly type: Type }> {
    const at = 'Output.bytes'
    checkOptions(at, options, bodyOptions)
    const fix = "list what the upstream answers with, for example ['application/pdf', 'image/png']"
    checkTexts(`${at} mediaTypes`, mediaTypes, { fix })
    const wrong = mediaTypes.find(type => !anyType.test(type) || isNoBytes(type))
    if (wrong !== undefined) {
      throw new DeclarationError({
        at: `${at} mediaTypes`,
        given: describeValue(wrong),
        allowed: 'types such as application/pdf, in lower case and without parameters; no JSON and no text',
        fix: isNoBytes(wrong) ? 'say what is in it: Output.json(schema), Output.text()' : fix,
      })
    }
    return new Output({ kind: 'bytes', mediaTypes, ...bound(at, options), ...names(at, options) })
  }

  /** No body. One that comes all the same is dropped. */
  static empty<const Header extends string = never, const Cookie extends string = never>(
    options: EmptyOutputOptions<Header, Cookie> = {},
  ): Output<AnswerNames<Lowercase<Header>, Cookie>> {
    checkOptions('Output.empty', options, nameOptions)
    return new Output({ kind: 'empty', ...names('Output.empty', options) })
  }

  /**
   * Passes on whatever the upstream says with a status of 200–299, 304 or 400–499: any UTF-8 body of any type, and the
   * headers `content-language`, `content-type`, `etag` and `last-modified`.
   *
   * Security: members that nobody meant to publish get out. For an API whose answers are not known yet.
   *
   * @param reason why that is acceptable; it stands in the contract that `cdk diff` shows
   */
  static unsafeAny(reason: string): UnsafeAnyOutput {
    return new UnsafeAnyOutput(
      checkText('Output.unsafeAny', reason, {
        fix: "say why, for example Output.unsafeAny('being migrated')",
      }),
    )
  }

  readonly declared: DeclaredAnswer
  /** Type only. */
  declare protected readonly answer?: Answer

  private constructor(declared: DeclaredAnswer) {
    this.declared = declared
  }
}

/** Made by {@link Output.unsafeAny}. */
export class UnsafeAnyOutput {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/** What was written for one status: an {@link Output}, or a schema alone. */
export function readOutput(at: string, given: unknown): DeclaredAnswer {
  if (given instanceof Output) return given.declared
  if (given instanceof UnsafeAnyOutput) {
    throw new DeclarationError({
      at,
      given: 'Output.unsafeAny for one status',
      allowed: 'Output.unsafeAny in place of all statuses',
      fix: "write output: Output.unsafeAny('…'), or declare what this status answers with",
    })
  }
  if (!isLibrarySchema(given)) {
    checkObject(
      at,
      given,
      'a schema, or Output.json, .text, .bytes or .empty',
      'for example z.object({ … }), or Output.empty()',
    )
  }
  return Output.json(given as Schema).declared
}

const nameOptions = ['headers', 'cookies'] as const
const bodyOptions = [...nameOptions, 'maxSize']

const anyType = /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/
const textType = /^text\/[a-z0-9][a-z0-9.+-]*$/
// API Gateway would hand over requests of these types as bytes too, on every route.
const isNoBytes = (type: string): boolean =>
  type.startsWith('text/') || jsonType.test(type) || type === 'application/x-www-form-urlencoded'
// What a browser would run or render, were it not for the headers that forbid it.
const activeType = /html|xml|javascript|ecmascript|css/

const bound = (at: string, { maxSize }: BodyOutputOptions): BodyBound => ({
  maxBytes: maxSize === undefined ? null : checkSize(`${at} maxSize`, maxSize),
})

function names(at: string, { headers, cookies }: EmptyOutputOptions): DeclaredNames {
  const lower = (headers === undefined ? [] : checkTexts(`${at} headers`, headers, { fix: headersFix })).map(
    name => checkAnswerHeader(`${at} headers`, name),
  )
  const exact = cookies === undefined ? [] : checkTexts(`${at} cookies`, cookies, { fix: cookiesFix })
  for (const name of exact) checkAnswerCookie(`${at} cookies`, name)
  return { headers: checkTexts(`${at} headers`, lower, { atLeast: 0, fix: headersFix }), cookies: exact }
}
const headersFix = "write headers: ['location'], each name once, or leave it out"
const cookiesFix = "write cookies: ['session'], each name once, or leave it out"

function readVisibleTo(at: string, given: unknown): ReadonlyMap<string, ViewersManifest> {
  const fix = "write visibleTo: { '/margin': { roles: ['manager'] } }"
  checkObject(at, given, 'an object with viewers for each JSON Pointer', fix)
  return new Map(
    Object.entries(given as object).map(([pointer, viewers]) => [
      pointer,
      readViewers(`${at}["${pointer}"]`, viewers),
    ]),
  )
}

function readViewers(at: string, given: Viewers): ViewersManifest {
  checkOptions(at, given, ['roles', 'scopes'])
  const { scopes, roles } = given
  if (scopes === undefined && roles === undefined) {
    throw new DeclarationError({
      at,
      given: 'neither scopes nor roles',
      allowed: 'scopes, roles or both',
      fix: 'say who sees it, or remove it: without an entry, whoever may use the route sees it',
    })
  }
  return {
    ...readScopes(scopes, `${at} scopes`),
    roles:
      roles === undefined
        ? []
        : checkTexts(`${at} roles`, roles, { fix: "write roles: ['manager'], or leave roles out" }),
  }
}
