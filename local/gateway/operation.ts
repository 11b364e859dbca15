import type { IdentitySource } from './identity-source.ts'

/** The methods a REST API knows; ANY stands for all of them. HEAD is not implied by GET (platform-facts §5.1). */
export const HTTP_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const
export type HttpMethod = (typeof HTTP_METHODS)[number]

/** One method of one resource, as declared. */
export interface Operation {
  method: HttpMethod | 'ANY'
  /** The path template, e.g. `/deals/{dealId}`. */
  path: string
  /** The resource id, of the shape AWS assigns. */
  resourceId: string
  functionArn: string
  timeoutMs: number
  /** `null` when the operation is open to everyone. */
  authorizer: AuthorizerDefinition | null
  /** The parameters whose absence a request validator refuses; empty without a validator. */
  requiredParameters: readonly ParameterName[]
}

export interface ParameterName {
  in: ParameterPlace
  name: string
}

type ParameterPlace = 'header' | 'querystring' | 'path'

/** A Lambda authorizer of type REQUEST. */
export interface AuthorizerDefinition {
  name: string
  id: string
  functionArn: string
  identitySources: readonly IdentitySource[]
  /** 0 switches the cache off. */
  ttlSeconds: number
}
