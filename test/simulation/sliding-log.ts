import type { Arrivals } from './arrivals.ts'

/** How many an exact limiter lets pass that knows everything, offline: whoever is within the limit over the last window. */
export function exactlyAllowed(arrivals: Arrivals, max: number, windowMs: number): number {
  const passed: number[] = []
  for (const arrival of arrivals) {
    const first = passed[passed.length - max]
    if (first === undefined || first <= arrival - windowMs) passed.push(arrival)
  }
  return passed.length
}
