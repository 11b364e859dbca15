import type { StandardTypedV1 } from '@standard-schema/spec'
import type { AnswerNames } from '../../contract/declared-route.ts'
import type { OptionalSchema } from './schema.ts'

// What values there are once a declaration was checked. Of libraries' schemas it is the input type: what is checked is their
// input as JSON Schema, and no transform and no default is run. All of this is types.

/** A JSON value of a schema. Of JSON Schema itself nothing is known here. */
export type JsonValue<S> = S extends StandardTypedV1
  ? StandardTypedV1.InferInput<S>
  : S extends OptionalSchema<infer Of>
    ? JsonValue<Of> | undefined
    : unknown

export type MaybeAbsent<Value, Optional extends boolean> = Optional extends true ? Value | undefined : Value

/** Parameters, or fields of a form, by name. One that may be missing is an optional member. */
export type Parameters<Schemas> = Flat<
  {
    readonly [Name in keyof Schemas as undefined extends Parameter<Schemas[Name]> ? never : Name]: Parameter<
      Schemas[Name]
    >
  } & {
    readonly [Name in keyof Schemas as undefined extends Parameter<Schemas[Name]> ? Name : never]?: Exclude<
      Parameter<Schemas[Name]>,
      undefined
    >
  }
>
/** As one object type, which editors show as such. */
export type Flat<T> = { [Name in keyof T]: T[Name] }

/** What is read of the text of the wire. */
type Parameter<S> = S extends StandardTypedV1
  ? StandardTypedV1.InferInput<S>
  : S extends OptionalSchema<infer Of>
    ? Parameter<Of> | undefined
    : S extends { readonly type: 'array'; readonly items: infer Items }
      ? readonly Simple<Items>[]
      : string extends TypeOf<S>
        ? Simple<unknown> | readonly Simple<unknown>[]
        : Simple<S>

type TypeOf<S> = S extends { readonly type: infer Type } ? Type : never

type Simple<S> = S extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : S extends { readonly const: infer Value }
    ? Value
    : S extends { readonly type: keyof Wires }
      ? Wires[S['type']]
      : Wires[keyof Wires]

interface Wires {
  readonly string: string
  readonly integer: number
  readonly number: number
  readonly boolean: boolean
}

/** An answer with a body. */
export type WithBody<Value, Header extends string, Cookie extends string> = AnswerNames<
  Lowercase<Header>,
  Cookie
> & { readonly body: Value }
