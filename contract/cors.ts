import type { CorsManifest } from './gate-manifest.ts'

/** What answers differ by, wherever they are shared with pages (RFC 9110 §12.5.5). */
export const varyByOrigin = 'Origin'

/**
 * The headers of an answer that pages of one declared origin may read (Fetch §3.2.3). The origin is named, never `*` and never
 * what a request said of itself: callers of this look it up among those that are declared.
 */
export const sharingHeaders = (
  { credentials, exposeHeaders }: Pick<CorsManifest, 'credentials' | 'exposeHeaders'>,
  origin: string,
): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin,
  ...(credentials && { 'access-control-allow-credentials': 'true' }),
  ...(exposeHeaders.length > 0 && { 'access-control-expose-headers': exposeHeaders.join(', ') }),
})

/** The headers of an answer to a preflight: one method, and the request headers that are declared for it (Fetch §3.2.3). */
export const preflightHeaders = (
  { credentials, maxAgeSeconds }: Pick<CorsManifest, 'credentials' | 'maxAgeSeconds'>,
  granted: { readonly origin: string; readonly method: string; readonly headers: readonly string[] },
): Readonly<Record<string, string>> => ({
  ...sharingHeaders({ credentials, exposeHeaders: [] }, granted.origin),
  'access-control-allow-methods': granted.method,
  ...(granted.headers.length > 0 && { 'access-control-allow-headers': granted.headers.join(', ') }),
  'access-control-max-age': String(maxAgeSeconds),
  vary: `${varyByOrigin}, Access-Control-Request-Method, Access-Control-Request-Headers`,
})
