import type { FieldError } from '../../../contract/decision.ts'
import type { Parameter } from '../../../contract/manifest.ts'
import type { DeclaredRequest } from '../passage.ts'

/** A validator compiled at synth (Ajv standalone code). */
export interface ValidateRoute {
  (candidate: unknown): boolean
  errors?: ReadonlyArray<{
    readonly instancePath: string
    readonly keyword: string
    readonly message?: string
    readonly params: Record<string, unknown>
  }> | null
}

type Typed = Record<string, unknown>
type Candidate = Record<'path' | 'query' | 'headers' | 'cookies', Typed> & { body?: unknown }

/** The declared request as its schema sees it: text of the wire read as the declared types. */
export function candidateOf(request: DeclaredRequest): Candidate {
  const { input } = request.route
  return {
    path: typed(Object.entries(request.path), input.path),
    query: typed(request.query, input.query),
    headers: typed(request.headers, input.headers),
    cookies: typed(request.cookies, input.cookies),
    ...(request.body !== undefined && { body: request.body }),
  }
}

function typed(pairs: ReadonlyArray<readonly [string, string]>, declared: readonly Parameter[]): Typed {
  const result: Typed = Object.create(null)
  for (const parameter of declared) {
    const values = pairs
      .filter(([name]) => name === parameter.name)
      .map(([, text]) => read(text, parameter.wire))
    if (values.length > 0) result[parameter.name] = parameter.many ? values : values[0]
  }
  return result
}

// What is validated is what goes on: numbers of which a double holds every digit, and no second way to write zero.
const integer = /^(?:0|-?[1-9]\d{0,14})$/
const number = /^(?!-0(?:\.0*)?$)(?!(?:\D*\d){16})-?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** Text that does not read as its type stays text, and so fails its schema with the schema's own words. */
function read(text: string, wire: Parameter['wire']): unknown {
  if (wire === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (wire === 'integer') return integer.test(text) ? Number(text) : text
  if (wire === 'number') return number.test(text) ? Number(text) : text
  return text
}

const places = { path: 'path', query: 'query', headers: 'header', cookies: 'cookie', body: 'body' } as const

// Names of members can be a caller's own (those of a map): enough of them to find the place, no more.
const longestName = 200

/** What failed, by the names the caller knows. The schema's words only: no value that was sent is repeated. */
export function fieldErrors(errors: ValidateRoute['errors']): FieldError[] {
  return (errors ?? []).slice(0, 20).map(error => {
    const missing =
      error.keyword === 'required' ? `/${escapePointer(String(error.params.missingProperty))}` : ''
    const [, place = '', ...rest] = `${error.instancePath}${missing}`.split('/')
    const known = places[place as keyof typeof places] ?? 'body'
    const name = known === 'body' ? rest.map(part => `/${part}`).join('') : unescapePointer(rest[0] ?? '')
    return {
      in: known,
      name: name.slice(0, longestName),
      detail: missing ? 'is required' : (error.message ?? 'is not valid'),
    }
  })
}

// RFC 6901 §3.
const escapePointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
const unescapePointer = (name: string) => name.replaceAll('~1', '/').replaceAll('~0', '~')
