import { createHash } from 'node:crypto'
import type { ClientCertificate } from './client-certificate.ts'

/** What names one stage of one API; every ARN below derives from it. And what it asks of callers. */
export interface ApiIdentity {
  apiId: string
  stageName: string
  accountId: string
  region: string
  /** What every caller is taken to have shown. @default - callers are not asked for certificates */
  clientCertificate?: ClientCertificate
}

/** `arn:…:execute-api:<region>:<account>:<api>`, what permissions and policies are scoped by. */
export function apiArn(api: ApiIdentity): string {
  return `arn:${partitionOf(api.region)}:execute-api:${api.region}:${api.accountId}:${api.apiId}`
}

/**
 * The ARN of a method for one request: with the path as sent, so neither the template nor decoded.
 * @param path starts with `/`; a trailing slash, if one was sent, is kept
 */
export function methodArn(api: ApiIdentity, method: string, path: string): string {
  return `${apiArn(api)}/${api.stageName}/${method}${path}`
}

/** The source ARN API Gateway presents to Lambda when an authorizer is called. */
export function authorizerArn(api: ApiIdentity, authorizerId: string): string {
  return `${apiArn(api)}/authorizers/${authorizerId}`
}

/** Ids of the shape AWS assigns (six characters), derived from the name so that they are stable between starts. */
export function assignedId(...names: readonly string[]): string {
  const hash = createHash('sha256').update(names.join('\n')).digest()
  return hash.readBigUInt64BE().toString(36).padStart(6, '0').slice(-6)
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return 'aws'
}
