import type { Body } from './body.ts'
import { checkObject, checkOptions, describeValue } from './checks.ts'
import { DeclarationError } from './declaration-error.ts'
import type { PathParameters } from './path-template.ts'
import { isLibrarySchema, type Schema } from './schema.ts'

/** What a route declares of a request, by place. */
export interface DeclaredInput {
  readonly path?: Readonly<Record<string, Schema>>
  readonly query?: Readonly<Record<string, Schema>>
  /** Names in any case; they are matched without regard to it. */
  readonly headers?: Readonly<Record<string, Schema>>
  readonly cookies?: Readonly<Record<string, Schema>>
  /** A JSON body by its schema, or another kind of body: `Body.form`, `Body.text`, `Body.bytes`. */
  readonly body?: Body | Schema
  /**
   * What becomes of inputs that are sent undeclared. `'strip'`: they are left behind and counted. `'reject'`: the request is
   * refused with 400 `input.undeclared`, which names them: query parameters, cookies, members of the body at any depth, a
   * body where none is declared. Headers are stripped in any case: browsers and whoever is in between add them.
   * @default 'strip'
   */
  readonly undeclared?: 'strip' | 'reject'
}

/** What a route declares of its requests. Every path parameter, and no other, has a schema. */
export type RouteInput<Template extends string> = Omit<DeclaredInput, 'path'> &
  ([PathParameters<Template>] extends [never]
    ? { readonly path?: Record<string, never> }
    : { readonly path: Readonly<Record<PathParameters<Template>, Schema>> })

/** Places whose inputs have names. */
export const inputPlaces = ['path', 'query', 'headers', 'cookies'] as const
export type InputPlace = (typeof inputPlaces)[number]

/** Refuses unknown places, and one schema where there must be one for each name. */
export function checkInput(at: string, input: DeclaredInput): void {
  checkOptions(at, input, [...inputPlaces, 'body', 'undeclared'])
  const { undeclared = 'strip' } = input
  if (undeclared !== 'strip' && undeclared !== 'reject') {
    throw new DeclarationError({
      at: `${at}.undeclared`,
      given: describeValue(undeclared),
      allowed: "'strip' or 'reject'",
      fix: "remove it for 'strip', the default",
    })
  }
  for (const place of inputPlaces) {
    const given: unknown = input[place]
    if (given === undefined) continue
    const [allowed, fix] = ['an object of schemas by name', `write ${place}: { name: schema }`]
    if (isLibrarySchema(given) || isObjectSchema(given)) {
      throw new DeclarationError({
        at: `${at}.${place}`,
        given: 'one schema for all of them',
        allowed,
        fix: `${fix}; of a z.object, hand in its shape`,
      })
    }
    checkObject(`${at}.${place}`, given, allowed, fix)
  }
}

/** `{ type: 'object', … }`, whose keywords would be taken for names. */
const isObjectSchema = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'type' in given && given.type === 'object'
