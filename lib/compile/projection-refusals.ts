import type { Complaint } from '../declare/declaration-error.ts'

export type Refusal = Omit<Complaint, 'at'>

// By keyword, what to do about it. Libraries write some of these for types whose name says more.
const fixes: Readonly<Record<string, string>> = {
  prefixItems: 'give all items one schema (with zod: z.array instead of z.tuple), or make it an object',
  patternProperties: 'use additionalProperties with propertyNames (with zod: z.record)',
  not: 'remove it: what is not declared is not let through (with zod: z.never)',
  nullable: "write type: ['string', 'null']; nullable is of OpenAPI 3.0",
  definitions: 'rename it to $defs, its name in draft 2020-12',
  if: 'declare the members, and leave what depends on their values to the service behind the route',
}

/** Why a schema says too little of what is declared, and what to write instead. */
export const refusals = {
  keyword: (keyword: string): Refusal => ({
    given: `keyword "${keyword}"`,
    allowed: 'types, members, items, alternatives, enums, bounds, patterns and formats',
    fix:
      (Object.hasOwn(fixes, keyword) ? fixes[keyword] : undefined) ??
      'remove it and leave the check to the service behind the route, or correct its spelling',
  }),
  reference: (ref: unknown): Refusal => ({
    given: `$ref ${JSON.stringify(ref)}`,
    allowed: '#/$defs/<name>',
    fix: 'refer to #/$defs/<name> of the same schema',
  }),
  recursion: {
    given: 'a schema that contains itself',
    allowed: 'a schema whose depth is known',
    fix: 'spell out as many levels as are needed, the innermost without the member that repeats',
  },
  anything: {
    given: 'a value of any kind',
    allowed: 'a value whose type is declared',
    fix: 'say what it is: { type: … } (with zod: z.string(), z.object({ … }), … instead of z.any() or z.unknown())',
  },
  untyped: (type: 'object' | 'array'): Refusal => ({
    given: `${type === 'object' ? 'members' : 'items'} without a type`,
    allowed: `a schema that says it is an ${type}`,
    fix: `add type: '${type}'`,
  }),
  nested: (keyword: string): Refusal => ({
    given: `${keyword} inside a schema`,
    allowed: `${keyword} at the root of a schema`,
    fix: 'move the definitions to the root',
  }),
  prototype: (member: string): Refusal => ({
    given: `the member ${member}, which leads to a prototype`,
    allowed: 'members by other names',
    fix: 'rename it: bodies that have it are refused',
  }),
  uniqueItems: {
    given: 'uniqueItems on items that are no simple values',
    allowed: 'uniqueItems on strings, numbers or booleans',
    fix: 'leave it to the service behind the route',
  },
  undeclaredMembers: {
    given: 'an object with members of any name and kind',
    allowed: 'an object whose members are declared, or a map whose values are',
    fix: 'declare its members (with zod: z.object instead of z.looseObject; z.record(z.string(), …) for a map)',
  },
  undeclaredItems: {
    given: 'an array without items',
    allowed: 'an array whose items have a schema',
    fix: 'say what its items are: items: { type: … }',
  },
  kinds: {
    given: 'several kinds of objects or arrays',
    allowed: 'one kind of object or array, beside simple values or null',
    fix: 'declare one object with the members of all kinds, those of only some of them optional; or a route for each kind',
  },
} as const satisfies Record<string, Refusal | ((part: never) => Refusal)>
