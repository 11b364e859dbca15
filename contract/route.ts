/** A declared operation as both times name it: method, one space, API Gateway resource path (`GET /deals/{dealId}`). */
export type RouteKey = string

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof methods)[number]

export const routeKey = (method: string, resource: string): RouteKey => `${method} ${resource}`

/** Names of the path parameters in a template, in order. */
export const pathParametersOf = (path: string): string[] =>
  [...path.matchAll(/\{([^{}/]+)\}/g)].map(match => match[1] as string)
