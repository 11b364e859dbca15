export interface Interruption {
  readonly promise: Promise<void>
  readonly signal: AbortSignal
  /** From here on a signal ends this process, as without all this. */
  readonly dispose: () => void
}

/**
 * Until a person ends the command: while it is undisposed, SIGINT, SIGTERM and SIGHUP abort `signal` and resolve `promise`
 * instead of ending this process, so that what it started can be ended and removed first.
 */
export function untilInterrupted(): Interruption {
  const controller = new AbortController()
  const promise = new Promise<void>(resolve => controller.signal.addEventListener('abort', () => resolve()))
  const interrupt = () => controller.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, interrupt)
  return {
    promise,
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) process.off(signal, interrupt)
    },
  }
}
