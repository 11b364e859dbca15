import type { Report } from './limiter.ts'

/**
 * `RateLimit-Policy` and `RateLimit` as structured fields (draft-ietf-httpapi-ratelimit-headers-10): of one policy, the nearest to its
 * end. What is left is what was left when this instance last knew.
 */
export function rateLimitHeaders(
  { layer, window, amount, resetMs }: Report,
  nowMs: number,
): Readonly<Record<string, string>> {
  const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
  return {
    'ratelimit-policy': `"${layer}";q=${window.max};w=${seconds(window.windowMs)}`,
    ratelimit: `"${layer}";r=${amount};t=${seconds(resetMs - nowMs)}`,
  }
}
