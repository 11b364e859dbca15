import { checkObject, checkOptions } from './checks.ts'
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
  /** A JSON body. */
  readonly body?: Schema
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
  checkOptions(at, input, [...inputPlaces, 'body'])
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
