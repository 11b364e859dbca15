import type { Place } from '../../../contract/decision.ts'
import type { InputManifest, Parameter } from '../../../contract/gate-manifest.ts'
import { escapePointer } from '../../../contract/json-pointer.ts'
import type { DeclaredRequest } from '../passage.ts'
import type { Findings } from './findings.ts'
import type { Pairs } from './pairs.ts'

/** A validator compiled at synth (Ajv standalone code). It stops at the first failure. */
export interface Validate {
  (value: unknown): boolean
  errors?: ReadonlyArray<{
    readonly instancePath: string
    readonly keyword: string
    readonly message?: string
    readonly params: Record<string, unknown>
  }> | null
}

type ByName = Readonly<Record<string, Validate>>

/** A JSON body: what concerns the whole, and its members one by one, so that each can fail on its own. */
export interface BodyValidators {
  readonly whole: Validate
  readonly required: readonly string[]
  readonly members: ByName
}

/** The validators of one route: one per parameter, one per field of a form, one for text. */
export interface RouteValidators {
  readonly path: ByName
  readonly query: ByName
  readonly headers: ByName
  readonly cookies: ByName
  readonly body: BodyValidators | ByName | Validate | null
}

type Typed = Record<string, unknown>
type Candidate = Record<'path' | 'query' | 'headers' | 'cookies', Typed>

/** The declared parameters as their schemas see them: text of the wire read as the declared types. */
export function candidateOf(request: DeclaredRequest): Candidate {
  const { input } = request.route
  return {
    ...ruleInputOf(request),
    headers: typed(request.headers, input.headers),
    cookies: typed(request.cookies, input.cookies),
  }
}

/** Of these what rules may ask for. */
export function ruleInputOf({
  route: { input },
  path,
  query,
}: DeclaredRequest): Pick<Candidate, 'path' | 'query'> {
  return { path: typed(Object.entries(path), input.path), query: typed(query, input.query) }
}

function typed(pairs: Pairs, declared: readonly Parameter[]): Typed {
  const result: Typed = Object.create(null)
  for (const { name, wire, many } of declared) {
    const values: unknown[] = []
    for (const [sent, text] of pairs) if (sent === name) values.push(read(text, wire))
    if (values.length > 0) result[name] = many ? values : values[0]
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

const places = { path: 'path', query: 'query', headers: 'header', cookies: 'cookie' } as const

/**
 * Judges a declared request part by part, each by a validator of its own that stops at its first failure: a caller learns of
 * every part that is wrong, and what fails its bounds still never meets its pattern (docs/adr/0008). What the findings
 * already hold a no about is not judged again.
 */
export function validate(request: DeclaredRequest, validators: RouteValidators, findings: Findings): void {
  const { input } = request.route
  validateCandidate(input, { ...candidateOf(request), body: typedBody(request) }, validators, findings)
}

/** The body as its declaration speaks of it: fields of a form by name, bytes with their type. */
export function typedBody({ route, body, bodyType }: DeclaredRequest): unknown {
  const declared = route.input.body
  if (body === undefined) return undefined
  if (declared?.kind === 'form') return typed(body as Pairs, declared.fields)
  return declared?.kind === 'bytes' ? { type: bodyType, bytes: body } : body
}

/** The same for values that are read already. */
export function validateCandidate(
  input: InputManifest,
  candidate: Candidate & { readonly body?: unknown },
  validators: RouteValidators,
  findings: Findings,
): void {
  for (const place of ['path', 'query', 'headers', 'cookies'] as const) {
    validateNamed(places[place], candidate[place], input[place], validators[place], findings)
  }
  const [{ body: declared }, { body }] = [input, candidate]
  if (!declared) return
  if (body === undefined) {
    if (declared.required) findings.invalid('body', '', 'is required')
    return
  }
  switch (declared.kind) {
    case 'json':
      validateJson(body, validators.body as BodyValidators, findings)
      return
    case 'form':
      validateNamed('body', body as Typed, declared.fields, validators.body as ByName, findings)
      return
    case 'text':
      judge('body', '', body, validators.body as Validate, findings)
      return
    case 'bytes':
      return
  }
}

function validateNamed(
  place: Place,
  values: Typed,
  declared: readonly Parameter[],
  validators: ByName,
  findings: Findings,
): void {
  for (const { name, required } of declared) {
    const shown = place === 'body' ? `/${escapePointer(name)}` : name
    const value = values[name]
    if (value !== undefined) judge(place, shown, value, own(validators, name), findings)
    else if (required && !findings.has(place, shown)) findings.invalid(place, shown, 'is required')
  }
}

function validateJson(body: unknown, { whole, required, members }: BodyValidators, findings: Findings): void {
  if (!judge('body', '', body, whole, findings)) return
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return
  for (const name of required) {
    if (!Object.hasOwn(body, name)) findings.invalid('body', `/${escapePointer(name)}`, 'is required')
  }
  for (const [name, member] of Object.entries(members)) {
    if (!Object.hasOwn(body, name)) continue
    judge('body', `/${escapePointer(name)}`, (body as Typed)[name], member, findings)
  }
}

/** Deployed without a validator: nothing was validated, so nothing passes. */
function own(validators: ByName | undefined, name: string): Validate | undefined {
  return validators && Object.hasOwn(validators, name) ? validators[name] : undefined
}

function judge(
  place: Place,
  name: string,
  value: unknown,
  validator: Validate | undefined,
  findings: Findings,
): boolean {
  if (typeof validator !== 'function') throw new Error('no validator for this input')
  const failure = failureIn(value, validator)
  if (!failure) return true
  const { at, detail } = failure
  const shown = place === 'body' ? `${name}${at}` : name
  if (!findings.has(place, shown)) findings.invalid(place, shown, detail)
  return false
}

interface Failure {
  /** JSON Pointer from the validated value. */
  readonly at: string
  readonly detail: string
}

/** What is wrong with a value, if anything is. */
export function failureIn(value: unknown, validate: Validate): Failure | undefined {
  try {
    return validate(value) ? undefined : failureOf(validate)
  } catch {
    // A pattern gives up on texts of some megabytes. What the validator last said is of another value.
    return { at: '', detail: 'is not valid' }
  }
}

/** What failed, in the schema's words: no value that was sent is repeated. */
function failureOf({ errors }: Pick<Validate, 'errors'>): Failure {
  const [error] = errors ?? []
  if (!error) return { at: '', detail: 'is not valid' }
  if (error.keyword === 'required') {
    const missing = escapePointer(String(error.params.missingProperty))
    return { at: `${error.instancePath}/${missing}`, detail: 'is required' }
  }
  return { at: error.instancePath, detail: error.message ?? 'is not valid' }
}
