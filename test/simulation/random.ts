/** Chance that can be had again: the same seed, the same numbers. */
export interface Random {
  /** From 0 to 1. */
  next(): number
  /** A whole number, both ends included. */
  whole(from: number, to: number): number
  pick<T>(of: readonly T[]): T
  chance(of: number): boolean
  /** Times between what happens by itself, such as arrivals: often short, sometimes long. */
  exponential(mean: number): number
}

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = (seed * 0x9e3779b1) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    whole,
    pick: of => of[whole(0, of.length - 1)] as (typeof of)[number],
    chance: of => next() < of,
    exponential: mean => -mean * Math.log(1 - next()),
  }
}
