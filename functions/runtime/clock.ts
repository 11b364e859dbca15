/** Milliseconds since the epoch, and milliseconds that are never set back. */
export interface Clock {
  readonly wall: () => number
  readonly steady: () => number
}

export const systemClock: Clock = { wall: Date.now, steady: () => performance.now() }

/** A point in time, as both see it. */
export interface Instant {
  readonly wall: number
  readonly steady: number
}

export const instant = ({ wall, steady }: Clock): Instant => ({ wall: wall(), steady: steady() })

/**
 * Milliseconds since an instant, as the faster of the two clocks has it: a wall clock that is set back must not make
 * anything last longer, and the steady one may stand still while an instance is frozen.
 */
export const since = (then: Instant, clock: Clock): number =>
  Math.max(clock.wall() - then.wall, clock.steady() - then.steady)
