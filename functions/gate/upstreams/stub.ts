import { allow } from '../../../contract/decision.ts'
import type { Upstream } from './upstream.ts'

/** Answers from the declaration itself. */
export const openStub = (): Upstream => async request => {
  if (!request.route.stub) throw new Error('a stub route without an answer')
  const { status, body } = request.route.stub
  return allow({ status, headers: { 'content-type': ['application/json'] }, body: JSON.stringify(body) })
}
