import type { APIGatewayProxyEvent } from 'aws-lambda'
import { allow, type Decision, deny } from '../../../contract/decision.ts'
import type { InputManifest } from '../../../contract/manifest.ts'
import { parseStrictJson } from '../../runtime/strict-json.ts'
import { headerValues } from './headers.ts'
import { project } from './projection.ts'

// Deeper than anything a person declares, far shallower than what would exhaust a stack.
const maxDepth = 32

// RFC 8259 allows no charset; many clients send this one all the same.
const jsonMediaType = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i

/**
 * The declared members of a JSON body. A body that is not declared does not exist. What goes on is a re-serialisation
 * of what is returned here, never the bytes that were sent.
 */
export function readBody(
  event: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded' | 'multiValueHeaders'>,
  declared: InputManifest['body'],
): Decision<unknown> {
  if (!declared || event.body === null || event.body === '') return allow(undefined)
  const types = headerValues(event.multiValueHeaders, 'content-type')
  if (types.length !== 1 || !jsonMediaType.test((types[0] ?? '').trim())) return deny('input.media_type')
  // API Gateway sends text as it is and anything that is not UTF-8 as base64: then it is not JSON (RFC 8259 §8.1).
  if (event.isBase64Encoded) return deny('input.malformed')
  if (Buffer.byteLength(event.body) > declared.maxBytes) return deny('input.too_large')
  const parsed = parseStrictJson(event.body, maxDepth)
  return parsed === undefined ? deny('input.malformed') : allow(project(parsed.value, declared.projection))
}
