import { methods } from '../../contract/route.ts'

/** All that is kept of a raw event for logs and the audit trail. */
export interface Envelope {
  /** Of those that can be declared; anything else, which API Gateway would not have let in, is `OTHER`. */
  readonly method: string
  /** `extendedRequestId`, which a client cannot choose (unlike `requestId`). */
  readonly requestId: string | undefined
  /** Whoever called API Gateway; empty where that is not said. */
  readonly sourceIp: string
}

/** Looks at an event whatever it is. */
export function envelopeOf(event: unknown): Envelope {
  const { httpMethod, requestContext } = Object(event) as Record<string, unknown>
  const { extendedRequestId, identity } = Object(requestContext) as Record<string, unknown>
  const { sourceIp } = Object(identity) as Record<string, unknown>
  return {
    method: methods.find(method => method === httpMethod) ?? 'OTHER',
    requestId: typeof extendedRequestId === 'string' ? extendedRequestId : undefined,
    sourceIp: typeof sourceIp === 'string' ? sourceIp : '',
  }
}
