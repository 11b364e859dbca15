import type { Random } from './random.ts'

/** When requests come: milliseconds from the start, in order. */
export type Arrivals = number[]

/** One after the other, as even as whole milliseconds are. */
export function steady(perMs: number, durationMs: number): Arrivals {
  return Array.from({ length: Math.floor(perMs * durationMs) }, (_, i) => Math.round(i / perMs))
}

export function poisson(random: Random, perMs: number, durationMs: number): Arrivals {
  const arrivals: Arrivals = []
  for (let at = random.exponential(1 / perMs); at < durationMs; at += random.exponential(1 / perMs))
    arrivals.push(Math.round(at))
  return arrivals
}

/** Up to `size` at once, and then nothing for a while; often just as long as the window is, where limits are easiest to trick. */
export function bursty(random: Random, size: number, windowMs: number, durationMs: number): Arrivals {
  const arrivals: Arrivals = []
  for (let at = 0; at < durationMs; ) {
    const count = random.chance(0.5) ? size : random.whole(1, size)
    const wide = random.pick([0, 5, 1000, windowMs / 50])
    for (let i = 0; i < count; i += 1) arrivals.push(Math.round(at + random.next() * wide))
    at += random.pick([
      random.exponential(windowMs / 10),
      windowMs - random.whole(-500, 2500),
      windowMs * (1 + random.whole(-5, 5) / 50),
    ])
  }
  return arrivals.sort((a, b) => a - b)
}

/** As many a day as `perDay`, most of them around noon and few at night. */
export function diurnal(random: Random, perDay: number, dayMs: number, days: number): Arrivals {
  const most = (2 * perDay) / dayMs
  return poisson(random, most, days * dayMs).filter(atMs =>
    random.chance((1 - Math.cos((2 * Math.PI * atMs) / dayMs)) / 2),
  )
}
