import type { OpaqueBody } from '../../contract/declared-route.ts'
import { checkFlag, checkObject, checkOptions, checkTexts, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import { isLibrarySchema, type Schema } from './schema.ts'
import type { JsonValue, MaybeAbsent, Parameters } from './values.ts'

export interface JsonBodyOptions {
  /**
   * Media types of the body, without parameters: `application/json`, or types that end in `+json`.
   * @default ['application/json']
   */
  readonly types?: readonly string[]
}

export interface BodyOptions<Optional extends boolean = boolean> {
  /** Whether the body may be left out. @default false */
  readonly optional?: Optional
}

export interface TextBodyOptions<Optional extends boolean = boolean> extends BodyOptions<Optional> {
  /** Most characters, by code points. @default - as many as `maxBody` of the route has bytes */
  readonly maxLength?: number
  /** A regular expression (ECMA-262, Unicode) that the text must match. It is looked for: anchor it with ^ and $. @default - any */
  readonly pattern?: string
}

type DeclaredKind =
  | { readonly kind: 'json'; readonly types: readonly string[]; readonly schema: Schema }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, Schema>>; readonly optional: boolean }
  | {
      readonly kind: 'text'
      readonly maxLength: number | undefined
      readonly pattern: string | undefined
      readonly optional: boolean
    }
  | { readonly kind: 'bytes'; readonly types: readonly string[]; readonly optional: boolean }

/**
 * What the body of a request is. A schema alone is {@link Body.json} of it. Any other media type is refused with 415.
 *
 * @typeParam Value what a function with a door of its own gets of it
 */
export class Body<Value = unknown> {
  /**
   * JSON (RFC 8259): UTF-8, no member twice, at most 32 levels, numbers that stay what they are. Undeclared members are
   * removed at every depth, and what the upstream gets is written anew. Throws {@link DeclarationError}.
   */
  static json<const S extends Schema>(schema: S, options: JsonBodyOptions = {}): Body<JsonValue<S>> {
    const at = 'Body.json'
    checkOptions(at, options, ['types'])
    const types = checkTypes(at, options.types ?? ['application/json'])
    const stranger = types.find(type => type !== 'application/json' && !type.endsWith('+json'))
    if (stranger !== undefined) {
      throw new DeclarationError({
        at: `${at} types`,
        given: describeValue(stranger),
        allowed: 'application/json, or types that end in +json (RFC 6839 §3.1)',
        fix: 'for what is not JSON write Body.form, Body.text or Body.bytes',
      })
    }
    return new Body({ kind: 'json', types, schema })
  }

  /**
   * A form as HTML sends it, `application/x-www-form-urlencoded`: declared fields only, each at most once unless its schema is
   * an array. The upstream gets it encoded anew. Throws {@link DeclarationError}.
   *
   * @param fields a schema for each field: a string, number, boolean, or an array of these
   */
  static form<const Fields extends Readonly<Record<string, Schema>>, const Optional extends boolean = false>(
    fields: Fields,
    options: BodyOptions<Optional> = {},
  ): Body<MaybeAbsent<Parameters<Fields>, Optional>> {
    const at = 'Body.form'
    const fix = 'write Body.form({ name: schema }); of a z.object, hand in its shape'
    if (isLibrarySchema(fields)) {
      throw new DeclarationError({
        at,
        given: 'one schema for all fields',
        allowed: 'an object of schemas by name',
        fix,
      })
    }
    checkObject(at, fields, 'an object of schemas by name', fix)
    return new Body({ kind: 'form', fields, optional: checkOptional(at, options, ['optional']) })
  }

  /** `text/plain` in UTF-8. Throws {@link DeclarationError}. */
  static text<const Optional extends boolean = false>(
    options: TextBodyOptions<Optional> = {},
  ): Body<MaybeAbsent<string, Optional>> {
    const at = 'Body.text'
    const optional = checkOptional(at, options, ['optional', 'maxLength', 'pattern'])
    const { maxLength, pattern } = options
    if (maxLength !== undefined && (!Number.isInteger(maxLength) || maxLength < 1)) {
      throw new DeclarationError({
        at: `${at} maxLength`,
        given: describeValue(maxLength),
        allowed: 'a whole number from 1',
        fix: 'state the most characters the text may have',
      })
    }
    return new Body({ kind: 'text', maxLength, pattern, optional })
  }

  /**
   * Bytes that nobody here looks into: a file. They go on exactly as they came, so what is in them is the upstream's to
   * distrust. At most 4 MiB (`maxBody`), which is what a Lambda invocation carries of them. Throws {@link DeclarationError}.
   *
   * @param types the media types that may be sent, such as `image/png`; none with a `*`
   */
  static bytes<const Optional extends boolean = false>(
    types: readonly string[],
    options: BodyOptions<Optional> = {},
  ): Body<MaybeAbsent<OpaqueBody, Optional>> {
    const at = 'Body.bytes'
    const optional = checkOptional(at, options, ['optional'])
    const given = checkTypes(at, types)
    const known = given.find(type => !opaque(type))
    if (known !== undefined) {
      throw new DeclarationError({
        at: `${at} types`,
        given: describeValue(known),
        allowed: 'types of opaque bytes, such as image/png or application/pdf',
        fix: known.startsWith('multipart/')
          ? 'declare the type of the file and let it be sent by itself: the parts of a form would not be looked at'
          : 'write Body.json, Body.form or Body.text, which look at what is sent',
      })
    }
    return new Body({ kind: 'bytes', types: given, optional })
  }

  readonly declared: DeclaredKind
  /** Type only. */
  declare protected readonly value?: Value

  private constructor(declared: DeclaredKind) {
    this.declared = declared
  }
}

const mediaType = /^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/

/** What could be read must be: as opaque bytes it would go past every check. API Gateway would also hand it over as base64 on other routes. */
const opaque = (type: string): boolean =>
  !/^multipart\/|[/+]json$|^application\/x-www-form-urlencoded$|^text\/plain$/.test(type)

function checkTypes(at: string, given: readonly string[]): readonly string[] {
  const types = checkTexts(`${at} types`, given, { fix: "for example ['image/png']" })
  const odd = types.find(type => !mediaType.test(type))
  if (odd === undefined) return types
  throw new DeclarationError({
    at: `${at} types`,
    given: describeValue(odd),
    allowed: 'media types in lower case, without * and without parameters (RFC 9110 §8.3.1)',
    fix: "for example ['image/png']",
  })
}

function checkOptional(at: string, options: BodyOptions, known: readonly string[]): boolean {
  checkOptions(at, options, known)
  checkFlag(`${at} optional`, options.optional, 'write optional: true where the body may be left out')
  return options.optional ?? false
}
