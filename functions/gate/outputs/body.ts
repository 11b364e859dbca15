import { isUtf8 } from 'node:buffer'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { AnswerManifest, Projection } from '../../../contract/gate-manifest.ts'
import { pointerSegments } from '../../../contract/json-pointer.ts'
import { jsonType } from '../../../contract/media-types.ts'
import { declaredPlace } from '../../runtime/declared-place.ts'
import { bodyMaxDepth, type JsonPlace, parseStrictJson } from '../../runtime/strict-json.ts'
import { isDeclaredAt, project } from '../inputs/projection.ts'
import { failureIn, type Validate } from '../inputs/validation.ts'
import type { UpstreamAnswer } from '../upstreams/upstream.ts'
import { isEncoded, mediaTypeOf } from './headers.ts'
import { hide } from './visibility.ts'

type Kind<K extends AnswerManifest['kind']> = Extract<AnswerManifest, { kind: K }>

/** What goes back to the caller of a body, and how many of its members stay behind. */
export interface PassedBody {
  readonly contentType: string | null
  /** base64 where it says so. */
  readonly text: string
  readonly isBase64: boolean
  readonly stripped: number
  /** Whether it is what the upstream said: nothing was stripped, and nothing could have been hidden. */
  readonly isWhole: boolean
}

/** Who asks, and what the answer is measured by. */
export interface Measure {
  /** Of a JSON body. */
  readonly validate: Validate | undefined
  readonly viewers: readonly number[]
}

/** The body as it is declared. Denial: `upstream.invalid_response`, whose note names the member, never its value. */
export function readAnswerBody(
  answer: UpstreamAnswer,
  declared: AnswerManifest,
  measure: Measure,
): Decision<PassedBody> {
  if (declared.kind === 'empty') {
    const stripped = answer.body.length > 0 ? 1 : 0
    return allow({ contentType: null, text: '', isBase64: false, stripped, isWhole: stripped === 0 })
  }
  if (isEncoded(answer)) return refuse('header content-encoding: bytes that nobody asked to pack')
  const { maxBytes } = declared
  if (maxBytes !== null && Buffer.byteLength(answer.body) > maxBytes)
    return refuse('body: larger than declared')
  const type = mediaTypeOf(answer)
  if (type === null) return refuse('header content-type: not one type in UTF-8')
  switch (declared.kind) {
    case 'json':
      return readJson(answer, declared, type, measure)
    case 'text':
      return readText(answer, declared, type)
    case 'bytes':
      return readBytes(answer, declared, type)
  }
}

function readJson(
  answer: UpstreamAnswer,
  declared: Kind<'json'>,
  type: string,
  { validate, viewers }: Measure,
): Decision<PassedBody> {
  // Deployed without its validator: nothing was validated, so nothing passes.
  if (!validate) throw new Error('no validator for this answer')
  if (type !== '' && !jsonType.test(type)) return refuse('header content-type: not JSON')
  const text = textOf(answer.body)
  let inexact: JsonPlace | undefined
  const onInexact = (place: JsonPlace) => {
    if (!inexact && isDeclaredAt(place, declared.projection)) inexact = [...place]
  }
  const parsed = text === undefined ? undefined : parseStrictJson(text, bodyMaxDepth, undefined, onInexact)
  if (parsed === undefined) return refuse('body: not strict JSON')
  if (inexact) {
    return refuse(
      `body ${declaredPlace(declared.projection, inexact)}: is a number that would not stay the same`,
    )
  }
  let stripped = 0
  const value = project(parsed.value, declared.projection, () => {
    stripped += 1
  })
  const failure = failureIn(value, validate)
  if (failure) return refuse(`body ${complaint(failure, declared.projection)}`)
  const seen = declared.visibility ? hide(value, declared.visibility, viewers) : value
  return allow({
    contentType: declared.mediaType,
    text: JSON.stringify(seen),
    isBase64: false,
    stripped,
    isWhole: stripped === 0 && declared.visibility === null,
  })
}

function readText(answer: UpstreamAnswer, declared: Kind<'text'>, type: string): Decision<PassedBody> {
  if (type !== '' && type !== declared.mediaType)
    return refuse(`header content-type: not ${declared.mediaType}`)
  const text = textOf(answer.body)
  if (text === undefined) return refuse('body: not UTF-8')
  return allow({
    contentType: `${declared.mediaType}; charset=utf-8`,
    text,
    isBase64: false,
    stripped: 0,
    isWhole: true,
  })
}

function readBytes(answer: UpstreamAnswer, declared: Kind<'bytes'>, type: string): Decision<PassedBody> {
  if (!declared.mediaTypes.includes(type)) {
    return refuse(`header content-type: not ${declared.mediaTypes.join(', ')}`)
  }
  const text = Buffer.from(answer.body).toString('base64')
  return allow({ contentType: type, text, isBase64: true, stripped: 0, isWhole: true })
}

/** Text in well-formed Unicode, or undefined. A function's text can hold half a character. */
export function textOf(body: UpstreamAnswer['body']): string | undefined {
  if (typeof body === 'string') return body.isWellFormed() ? body : undefined
  return isUtf8(body)
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    : undefined
}

/** Where and why, in the schema's words. */
function complaint({ at, detail }: { at: string; detail: string }, declared: Projection): string {
  return `${declaredPlace(declared, pointerSegments(at)) || 'as a whole'}: ${detail}`
}

const refuse = (note: string) => deny('upstream.invalid_response', { note })
