import { isDeepStrictEqual } from 'node:util'
import { _, type CodeKeywordDefinition, type KeywordCxt, type Options, str } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { DeclarationError } from '../declare/declaration-error.ts'
import { isSchema, type JsonSchema } from '../declare/schema.ts'
import { isSimple } from './projection.ts'

const standaloneCode = standalone.default

// What compiled validators may need at run time, by the names Ajv gives them. It lies beside the gate's bundle.
const runtimeModule = './validation-runtime.mjs'
const helpers: Record<string, string> = {
  'ajv/dist/runtime/equal': 'equal',
  'ajv/dist/runtime/ucs2length': 'ucs2length',
}

// They check nothing (OpenAPI 3.0 knows them), or one line of many (`byte`), or take seconds over a text made for it: `uri` says
// what `url` means.
const refusedFormats = new Set(['password', 'binary', 'byte', 'url'])

/**
 * 4.35 is a multiple of 0.01, whatever binary fractions say, and what overflows when it is divided is no multiple: of Ajv's own
 * keyword it would be one, since no comparison with NaN holds.
 */
const multipleOf: CodeKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
  code(context: KeywordCxt) {
    const { data, schemaCode: step } = context
    const whole = _`Number.isSafeInteger(${data}) && Number.isSafeInteger(${step})`
    // As near as a double can be: an error of a few units in its last place, however large or small it is.
    const near = _`Math.abs(Math.round(${data} / ${step}) * ${step} - ${data}) <= Math.abs(${data}) * 2 ** -51`
    context.fail(_`!(${whole} ? ${data} % ${step} === 0 : ${near})`)
  },
}

const equal = _`require("ajv/dist/runtime/equal").default`

/** Ajv's own keeps the texts it has seen as members of an object, where `__proto__` can stand twice. */
const uniqueItems: CodeKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must NOT have duplicate items' },
  code(context: KeywordCxt) {
    const { data, gen, schema, parentSchema } = context
    if (schema !== true) return
    const distinct = _`new Set(${data}).size === ${data}.length`
    // All that a body can declare (projection.ts): no pairs are compared, whatever was sent in their place.
    if (isSimple(parentSchema.items)) {
      context.pass(distinct)
      return
    }
    const same = gen.scopeValue('func', { ref: isDeepStrictEqual, code: equal })
    const twice = _`${data}.some((a, i) => typeof a === "object" && ${data}.slice(0, i).some(b => ${same}(a, b)))`
    context.pass(_`${distinct} && !${twice}`)
  },
}

const createAjv = (more: Options = {}) => {
  const ajv = new Ajv2020({
    ...more,
    // The first failure ends it: with all of them, a long text would meet its pattern although its length was refused.
    allErrors: false,
    strict: true,
    strictTypes: false, // libraries spread one type over several keywords
    strictTuples: false,
    ownProperties: true,
    allowUnionTypes: true,
    formats: Object.fromEntries(Object.entries(fullFormats).filter(([name]) => !refusedFormats.has(name))),
    code: { source: true, esm: true, formats: _`fullFormats`, ...more.code },
  })
  for (const keyword of [multipleOf, uniqueItems]) {
    ajv.removeKeyword(String(keyword.keyword)).addKeyword(keyword)
  }
  return ajv
}

/** A schema as a part of another: what only a whole document has is left out. */
export const embedded = ({ $schema: _s, $id: _i, $defs: _d, ...schema }: JsonSchema): JsonSchema => schema

/** Why a schema cannot be compiled, or null if it can. */
export function compiles(schema: JsonSchema): string | null {
  for (const part of partsOf(schema, schema.$defs)) {
    const complaint = complaintAbout(part)
    if (complaint !== null) return complaint
  }
  return null
}

/** A schema without its members, and these: they repeat from route to route. */
function partsOf(schema: JsonSchema, $defs: unknown): JsonSchema[] {
  const { properties, items, ...shell } = schema
  const members = isSchema(properties) ? properties : {}
  const below = [...Object.values(members), items].filter(isSchema)
  return [
    {
      ...shell,
      ...(properties !== undefined && {
        properties: isSchema(properties) ? mapped(members, each => isSchema(each) || each) : properties,
      }),
      ...(items !== undefined && { items: isSchema(items) || items }),
      ...($defs !== undefined && { $defs }),
    },
    ...below.flatMap(each => partsOf(each, $defs)),
  ]
}

const mapped = (of: object, value: (member: unknown) => unknown) =>
  Object.fromEntries(Object.entries(of).map(([name, member]) => [name, value(member)]))

// Made once: to compile the meta-schema takes longer than most schemas do.
let checking: Ajv2020 | undefined
// Nothing runs what it makes.
const unrun: Options = { code: { optimize: false } }
const complaints = new Map<string, string | null>()

function complaintAbout(schema: JsonSchema): string | null {
  const text = JSON.stringify(schema)
  const known = complaints.get(text)
  if (known !== undefined) return known
  // What has a name would be known by it, to the next schema too.
  const named = text.includes('"$id"')
  if (!named) checking ??= createAjv(unrun)
  const complaint = complaintOf((!named && checking) || createAjv(unrun), schema)
  complaints.set(text, complaint)
  return complaint
}

function complaintOf(ajv: Ajv2020, schema: JsonSchema): string | null {
  try {
    ajv.compile(schema)
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    ajv.removeSchema(schema)
  }
}

/** Fails with the field's name. */
export function refuseSchema(at: string, reason: string): never {
  throw new DeclarationError({
    at,
    given: `a schema that does not compile: ${reason}`,
    allowed: 'valid JSON Schema draft 2020-12 with the formats of RFC 3339, RFC 3986, RFC 9562 and the like',
    fix: 'correct the schema',
  })
}

/** A schema whose validator is to stand in its place. */
export class ValidatorOf {
  readonly schema: JsonSchema

  constructor(schema: JsonSchema) {
    this.schema = schema
  }
}

/** Validators by name, as deep as need be, with lists of texts beside them. */
export type ValidatorTree =
  | ValidatorOf
  | readonly string[]
  | null
  | { readonly [name: string]: ValidatorTree }

/**
 * An ES module with an export for each tree, its schemas replaced by functions: compiled here, so that nothing is compiled,
 * and no code made from data, where requests are handled. Schemas that say the same share a function, and the order of
 * declarations changes nothing.
 */
export function validatorsModule(exports: Readonly<Record<string, ValidatorTree>>): string {
  // That they are schemas was found out as each was declared.
  const ajv = createAjv({ validateSchema: false })
  const known = new Map<string, string>()
  const names: Record<string, string> = {}
  const functionOf = (schema: JsonSchema): string => {
    const text = JSON.stringify(schema)
    const name = known.get(text) ?? `validator${known.size}`
    if (!known.has(text)) {
      known.set(text, name)
      ajv.addSchema(schema, name)
      names[name] = name
    }
    return name
  }
  const write = (tree: ValidatorTree): string => {
    if (tree instanceof ValidatorOf) return functionOf(tree.schema)
    if (tree === null || Array.isArray(tree)) return JSON.stringify(tree)
    const members = Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1))
    // Computed names: `__proto__` in an object literal would be no member.
    return `{ ${members.map(([name, member]) => `[${JSON.stringify(name)}]: ${write(member)}`).join(', ')} }`
  }
  const trees = Object.entries(exports).map(([name, tree]) => `export const ${name} = ${write(tree)}`)
  const code = withoutEscaping(standaloneCode(ajv, names))
  for (const [, module] of code.matchAll(/require\("([^"]+)"\)/g)) {
    if (!Object.hasOwn(helpers, module as string))
      throw new Error(`a validator needs ${module}, which is not shipped`)
  }
  const table = Object.entries(helpers).map(
    ([module, name]) => `${JSON.stringify(module)}: { default: ${name} }`,
  )
  return [
    `import { ${Object.values(helpers).join(', ')}, fullFormats } from ${JSON.stringify(runtimeModule)}`,
    `const shipped = { ${table.join(', ')} }`,
    'const require = module => shipped[module]',
    code,
    ...trees,
    '',
  ].join('\n')
}

/**
 * Ajv escapes the name of every member of a map anew for each item below it, also of values that are right: a name of twenty
 * thousand letters would take a gate seconds. Without it only the place that a failure names can be another, where a caller's
 * own name holds `/` or `~`.
 */
function withoutEscaping(code: string): string {
  const bare = code.replaceAll('.replace(/~/g, "~0").replace(/\\//g, "~1")', '')
  if (/replace\(\/~/.test(bare)) throw new Error('Ajv escapes names in another way than is known here')
  return bare
}
