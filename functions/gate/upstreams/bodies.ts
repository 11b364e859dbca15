import { allow, type Decision, deny } from '../../../contract/decision.ts'
import { grouped, type Pairs } from '../inputs/pairs.ts'
import type { DeclaredRequest } from '../passage.ts'

/** `application/x-www-form-urlencoded` in its one canonical form (WHATWG URL §5.2), of queries and of forms. */
export const encodePairs = (pairs: Pairs): string =>
  new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()

/** What goes on of a body: written anew from what was validated; only bytes are what they were. Null: there is none. */
export function encodeBody({ route, body }: Pick<DeclaredRequest, 'route' | 'body'>): string | Buffer | null {
  if (body === undefined) return null
  switch (route.input.body?.kind) {
    case 'json':
      return JSON.stringify(body)
    case 'form':
      return encodePairs(body as Pairs)
    case 'text':
      return body as string
    case 'bytes':
      return body as Buffer
    case undefined:
      throw new Error('a body that is not declared')
  }
}

/**
 * The same within the bound that is declared. Written anew, a body can be longer than it came: `1e20` is written out, and a form
 * can leave as it is what its encoder escapes. Denial: `input.too_large`.
 */
export function boundedBody(
  request: Pick<DeclaredRequest, 'route' | 'body'>,
): Decision<string | Buffer | null> {
  const written = encodeBody(request)
  const { body } = request.route.input
  return written !== null && body && Buffer.byteLength(written) > body.maxBytes
    ? deny('input.too_large', { note: 'as it would go on' })
    : allow(written)
}

/** A declared media type with what it does not say of itself. */
export const contentTypeOf = (type: string): string =>
  type === 'text/plain' ? 'text/plain; charset=utf-8' : type

/** A body as a member of a JSON object: bytes as base64 with their type, a form as lists of texts by name. */
export function embedBody({
  route,
  body,
  bodyType,
}: Pick<DeclaredRequest, 'route' | 'body' | 'bodyType'>): unknown {
  if (body === undefined) return null
  switch (route.input.body?.kind) {
    case 'bytes':
      return { type: bodyType, base64: (body as Buffer).toString('base64') }
    case 'form':
      return Object.fromEntries(grouped(body as Pairs))
    default:
      return body
  }
}
