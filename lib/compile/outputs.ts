import type { ViewersManifest } from '../../contract/authorizer-manifest.ts'
import type { AnswerManifest, OutputManifest, Projection, Visibility } from '../../contract/gate-manifest.ts'
import type { Method } from '../../contract/route.ts'
import { describeValue } from '../declare/checks.ts'
import { DeclarationError } from '../declare/declaration-error.ts'
import type { Issuer } from '../declare/issuer.ts'
import { type DeclaredAnswer, Output, readOutput, UnsafeAnyOutput } from '../declare/output.ts'
import { type JsonSchema, readSchema } from '../declare/schema.ts'
import type { UpstreamTarget } from '../declare/upstream.ts'
import { compileProjection } from './projection.ts'
import { boundIntegers } from './safe-integers.ts'
import { compiles, refuseSchema, ValidatorOf, type ValidatorTree } from './validators.ts'
import { compileVisibility } from './visibility.ts'

export interface CompiledAnswer {
  readonly manifest: AnswerManifest
  /** Of a JSON body. */
  readonly schema: JsonSchema | null
  /** Who sees what, as declared: by JSON Pointer. */
  readonly visibleTo: ReadonlyMap<string, ViewersManifest>
}

export type CompiledOutput =
  | {
      readonly kind: 'declared'
      readonly accept: string
      /** Media types of bytes. */
      readonly binary: readonly string[]
      readonly statuses: ReadonlyMap<number, CompiledAnswer>
      readonly viewers: readonly ViewersManifest[]
    }
  | { readonly kind: 'unsafeAny'; readonly reason: string }
  /** Its answer is declared where it is made. */
  | { readonly kind: 'stub' }

export interface OutputContext {
  readonly method: Method
  readonly target: UpstreamTarget
  /** Of the tokens that count on the route. */
  readonly issuers: readonly Issuer[]
}

/** Reads a route's `output`. Throws a {@link DeclarationError} naming the status. */
export function compileOutput(at: string, given: unknown, context: OutputContext): CompiledOutput {
  const { kind } = context.target
  if (kind === 'stub') return given === undefined ? { kind } : refuseOwn(at, 'a stub')
  if (kind === 'keySet' && given !== undefined) refuseOwn(at, 'a key set')
  if (given instanceof UnsafeAnyOutput) return { kind: 'unsafeAny', reason: given.reason }
  const declared = readStatuses(at, kind === 'keySet' ? keySetAnswers : given).map(
    ([status, answer]) => [status, readOutput(`${at} output.${status}`, answer)] as const,
  )
  const viewers = viewersOf(declared.map(([, answer]) => answer))
  return {
    kind: 'declared',
    accept: acceptOf(declared.map(([, answer]) => answer)),
    binary: binaryOf(declared.map(([, answer]) => answer)),
    viewers,
    statuses: new Map(
      declared.map(([status, answer]) => {
        const place = `${at} output.${status}`
        checkBody(place, status, context.method, answer)
        checkGrantable(place, answer, context.issuers)
        return [status, compileAnswer(place, answer, viewers)]
      }),
    ),
  }
}

export const outputManifest = (output: CompiledOutput): OutputManifest | null => {
  switch (output.kind) {
    case 'stub':
      return null
    case 'unsafeAny':
      return { kind: 'unsafeAny' }
    case 'declared':
      return {
        kind: 'declared',
        accept: output.accept,
        binary: output.binary,
        statuses: Object.fromEntries(
          [...output.statuses].map(([status, { manifest }]) => [String(status), manifest]),
        ),
      }
  }
}

/** The validators of a route's JSON answers, by status. */
export const outputValidators = (output: CompiledOutput): ValidatorTree =>
  output.kind === 'declared'
    ? Object.fromEntries(
        [...output.statuses].flatMap(([status, { schema }]) =>
          schema ? [[String(status), new ValidatorOf(anonymous(schema))] as const] : [],
        ),
      )
    : null

/** Two schemas of one `$id` could not be compiled together. */
const anonymous = ({ $id: _, ...schema }: JsonSchema): JsonSchema => schema

function refuseOwn(at: string, what: string): never {
  throw new DeclarationError({
    at: `${at} output`,
    given: `an output on ${what}`,
    allowed: `output where there is no ${what.slice(2)}: ${what} declares its own answer`,
    fix: 'remove it',
  })
}

const text = { type: 'string' }
const keyMembers = { kty: text, crv: text, x: text, y: text, kid: text, use: text, alg: text }
const key = { type: 'object', properties: keyMembers, required: Object.keys(keyMembers) }

/** Of the public members of keys, these (RFC 7517 §4, RFC 7518 §6.2.1). */
const keySetAnswers = {
  200: Output.json({
    type: 'object',
    properties: { keys: { type: 'array', items: key } },
    required: ['keys'],
  }),
}

const isAnswerStatus = (status: number) =>
  (status >= 200 && status < 300) || status === 304 || (status >= 400 && status < 600)

function readStatuses(at: string, given: unknown): Array<readonly [number, unknown]> {
  const fix =
    'write output: { 200: Deal, 404: Problem }, or Output.unsafeAny(reason) while nothing is known of its answers'
  const allowed = 'what the upstream answers, by status'
  const isRecord =
    typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Output)
  if (!isRecord || Object.keys(given).length === 0 || '~standard' in given) {
    const empty = isRecord && Object.keys(given).length === 0
    const what = empty ? 'no status' : isRecord ? 'a schema for every status' : describeValue(given)
    throw new DeclarationError({
      at: `${at} output`,
      given:
        given === undefined ? 'no output' : given instanceof Output ? 'an answer without its status' : what,
      allowed,
      fix,
    })
  }
  return Object.entries(given).map(([name, answer]) => {
    if (/^\d{3}$/.test(name) && isAnswerStatus(Number(name))) return [Number(name), answer]
    throw new DeclarationError({
      at: `${at} output`,
      given: `the status ${describeValue(name)}`,
      allowed: '200 to 299, 304, and 400 to 599: a redirect would leave what was declared',
      fix,
    })
  })
}

function checkBody(at: string, status: number, method: string, answer: DeclaredAnswer): void {
  const without = [204, 205, 304].includes(status)
    ? `an answer of ${status}`
    : method === 'HEAD'
      ? 'an answer to HEAD'
      : null
  if (without === null || answer.kind === 'empty') return
  throw new DeclarationError({
    at,
    given: `a body in ${without}`,
    allowed: 'Output.empty(): it has no body (RFC 9110 §6.4.1)',
    fix: 'write Output.empty(), or another status',
  })
}

/** As for `Access.token`: what no accepted issuer can grant would hide a member from everyone. */
function checkGrantable(at: string, answer: DeclaredAnswer, issuers: readonly Issuer[]): void {
  if (answer.kind !== 'json' || issuers.length === 0) return
  for (const [pointer, { scopes, anyScope, roles }] of answer.visibleTo) {
    const asked: ReadonlyArray<readonly ['scopes' | 'roles', number]> = [
      ['scopes', scopes.length + anyScope.length],
      ['roles', roles.length],
    ]
    for (const [word, count] of asked) {
      if (count === 0 || issuers.some(({ declaration }) => declaration[word] !== null)) continue
      throw new DeclarationError({
        at: `${at} visibleTo["${pointer}"].${word}`,
        given: `${word} where no accepted issuer can grant any`,
        allowed: `${word} where tokens of an accepted issuer carry some`,
        fix: `remove ${word}, or say where they are when you declare the issuer`,
      })
    }
  }
}

/** Each different group once, in an order that only depends on what they are. */
function viewersOf(answers: readonly DeclaredAnswer[]): ViewersManifest[] {
  const texts = answers.flatMap(answer =>
    answer.kind === 'json' ? [...answer.visibleTo.values()].map(viewers => JSON.stringify(viewers)) : [],
  )
  return [...new Set(texts)].sort().map(text => JSON.parse(text))
}

function acceptOf(answers: readonly DeclaredAnswer[]): string {
  const types = answers.flatMap(answer => {
    if (answer.kind === 'empty') return []
    return answer.kind === 'bytes' ? answer.mediaTypes : [answer.mediaType]
  })
  return [...new Set(types.length > 0 ? types : ['application/json'])].join(', ')
}

const binaryOf = (answers: readonly DeclaredAnswer[]): string[] => [
  ...new Set(answers.flatMap(answer => (answer.kind === 'bytes' ? answer.mediaTypes : []))),
]

function compileAnswer(
  at: string,
  answer: DeclaredAnswer,
  viewers: readonly ViewersManifest[],
): CompiledAnswer {
  if (answer.kind !== 'json') return { manifest: answer, schema: null, visibleTo: new Map() }
  const { schema: given, visibleTo, ...same } = answer
  const read = readSchema(at, given)
  if (!read.required) {
    throw new DeclarationError({
      at,
      given: 'a body that may be missing',
      allowed: 'a body, or none',
      fix: 'answer without a body under a status of its own: 204: Output.empty()',
    })
  }
  const schema = boundIntegers(read.schema)
  const projection: Projection = compileProjection(at, schema)
  const reason = compiles(schema)
  if (reason !== null) refuseSchema(at, reason)
  const place = (of: ViewersManifest) =>
    viewers.findIndex(each => JSON.stringify(each) === JSON.stringify(of))
  const visibility: Visibility | null =
    visibleTo.size === 0
      ? null
      : compileVisibility(
          `${at} visibleTo`,
          [...visibleTo].map(([pointer, of]) => [pointer, place(of)] as const),
          projection,
        )
  return { manifest: { ...same, projection, visibility }, schema, visibleTo }
}
