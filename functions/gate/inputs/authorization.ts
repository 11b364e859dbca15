import { allow, type Decision, deny } from '../../../contract/decision.ts'
import { bearerToken } from '../../runtime/bearer-credentials.ts'
import type { SentHeaders } from './headers.ts'
import type { Pairs } from './pairs.ts'

/**
 * The access token, for a route whose upstream is to have it. It is the one that the first door verified: API Gateway keys its
 * answers by this header's value, and there is only one. Denial: `token.malformed`, where there is another number of them.
 */
export function readAuthorization(sent: SentHeaders): Decision<Pairs> {
  const [value, ...more] = sent.get('authorization') ?? []
  const token = value !== undefined && more.length === 0 ? bearerToken(value) : undefined
  return token === undefined
    ? deny('token.malformed', { note: 'not the one token that was verified' })
    : allow([['authorization', `Bearer ${token}`]])
}
