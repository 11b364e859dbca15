import { createHash } from 'node:crypto'
import { isSchema, type JsonSchema } from '../declare/schema.ts'

/**
 * A schema in few words, for `cdk diff`: `{ id: string format uuid, note?: [string maxLength 80] }`. Of two schemas that mean
 * something else the texts differ; keywords stand in alphabetical order. Beyond `longest` characters it is told by the names of
 * its members, and a digest of all it says.
 *
 * What only repeats is left out: `$schema`, and the bounds that every integer has (safe-integers.ts).
 */
export function schemaText(schema: JsonSchema, longest: number): string {
  const text = words(schema)
  if (text.length <= longest) return text
  const names = namesOf(schema, longest / 2)
  return `${names && `${names} `}#${digest(text)}`
}

/** The same of schemas by name: `{ limit?: integer maximum 100 }`. */
export const schemasText = (
  named: ReadonlyArray<{ readonly name: string; readonly required: boolean; readonly schema: JsonSchema }>,
  longest: number,
): string =>
  schemaText(
    {
      type: 'object',
      properties: Object.fromEntries(named.map(({ name, schema }) => [name, schema])),
      required: named.filter(({ required }) => required).map(({ name }) => name),
    },
    longest,
  )

const one = ['items', 'additionalProperties', 'propertyNames']
const several = ['anyOf', 'oneOf', 'allOf']
const named = ['properties', '$defs']

function words(schema: unknown): string {
  if (!isSchema(schema)) return valueText(schema)
  const [head, told] = headOf(schema)
  const rest = entriesOf(schema)
    .filter(([keyword, value]) => !told.includes(keyword) && !isRepeated(keyword, value))
    .map(([keyword, value]) => `${textOf(keyword)} ${keywordText(keyword, value)}`)
  return [head, ...rest].filter(Boolean).join(' ')
}

/** What kind of value it is, and which keywords say so. */
function headOf({ type, properties, required, items }: JsonSchema): [head: string, told: readonly string[]] {
  if (type === 'object' && isSchema(properties)) {
    const all = Array.isArray(required) ? required : []
    const [members, others] = [all.filter(isMember), all.filter(name => !isMember(name))]
    function isMember(name: unknown): boolean {
      return Object.hasOwn(properties as object, String(name))
    }
    const each = entriesOf(properties).map(
      ([name, member]) => `${textOf(name)}${members.includes(name) ? '' : '?'}: ${words(member)}`,
    )
    const more = others.length > 0 ? ` required ${valueText(others.map(String).sort())}` : ''
    return [`{${each.join(', ')}}${more}`, ['type', 'properties', 'required']]
  }
  if (type === 'array' && isSchema(items)) return [`[${words(items)}]`, ['type', 'items']]
  if (Array.isArray(type)) return [type.map(String).join('|'), ['type']]
  return [type === undefined ? '' : String(type), ['type']]
}

function keywordText(keyword: string, value: unknown): string {
  if (one.includes(keyword)) return `(${words(value)})`
  if (several.includes(keyword) && Array.isArray(value)) return `(${value.map(words).join(', ')})`
  if (named.includes(keyword) && isSchema(value)) {
    return `{${entriesOf(value).map(([name, member]) => `${textOf(name)}: ${words(member)}`)}}`
  }
  return valueText(value)
}

/** What is no schema: sorted, and without quotes where none are needed. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return textOf(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (!isSchema(value)) return String(value)
  return `{${entriesOf(value).map(([name, member]) => `${textOf(name)}: ${valueText(member)}`)}}`
}

const isRepeated = (keyword: string, value: unknown): boolean =>
  keyword === '$schema' ||
  ((keyword === 'minimum' || keyword === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER)

const longestText = 80

/** As it is where it cannot be taken for anything else. A longer one is for example the pattern that zod writes beside a format. */
function textOf(text: string): string {
  if (/^[A-Za-z$_][\w$./-]*$/.test(text) && !['true', 'false', 'null'].includes(text)) return text
  return text.length <= longestText ? JSON.stringify(text) : `…#${digest(text)}`
}

/** Names of the members, also of an array's items, as far as they fit. Empty for what has none. */
function namesOf({ properties, items }: JsonSchema, longest: number): string {
  if (!isSchema(properties)) return isSchema(items) ? namesOf(items, longest) : ''
  const names = Object.keys(properties).sort()
  const fitting = names.filter((_, i) => names.slice(0, i + 1).join(', ').length <= longest)
  return [...fitting, ...(fitting.length < names.length ? ['…'] : [])].join(', ')
}

const entriesOf = (value: object) =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** Of a text that is too long to be said. */
export const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12)
