import { _ } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { JsonSchema } from '../declare/schema.ts'

const standaloneCode = standalone.default

// What compiled validators may need at run time, by the names Ajv gives them. It lies beside the gate's bundle.
const runtimeModule = './validation-runtime.mjs'
const helpers: Record<string, string> = {
  'ajv/dist/runtime/equal': 'equal',
  'ajv/dist/runtime/ucs2length': 'ucs2length',
}

// They check nothing (OpenAPI 3.0 knows them), or take seconds over a text made for it: `uri` says what `url` means.
const refusedFormats = new Set(['password', 'binary', 'url'])

const createAjv = () =>
  new Ajv2020({
    // The first failure ends it: with all of them, a long text would meet its pattern although its length was refused.
    allErrors: false,
    strict: true,
    strictTypes: false, // libraries spread one type over several keywords
    strictTuples: false,
    multipleOfPrecision: 9, // 4.35 is a multiple of 0.01, whatever binary fractions say
    ownProperties: true,
    allowUnionTypes: true,
    formats: Object.fromEntries(Object.entries(fullFormats).filter(([name]) => !refusedFormats.has(name))),
    code: { source: true, esm: true, formats: _`fullFormats` },
  })

/** Why a schema cannot be compiled, or null if it can. */
export function compiles(schema: JsonSchema): string | null {
  try {
    createAjv().compile(schema)
    return null
  } catch (error) {
    return (error as Error).message
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

/**
 * An ES module that exports `validators`, one function per route: compiled here, so that nothing is compiled, and no code
 * made from data, where requests are handled.
 */
export function validatorsModule(schemas: Readonly<Record<string, JsonSchema>>): string {
  const routes = Object.keys(schemas).sort()
  const ajv = createAjv()
  const names = Object.fromEntries(routes.map((route, i) => [`route${i}`, route]))
  for (const route of routes) ajv.addSchema(schemas[route] as JsonSchema, route)
  const code = standaloneCode(ajv, names)
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
    `export const validators = { ${Object.entries(names).map(([name, route]) => `${JSON.stringify(route)}: ${name}`)} }`,
    '',
  ].join('\n')
}
