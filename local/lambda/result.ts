/** How one invocation ended, seen from the caller. */
export type FunctionResult =
  /** The handler's result, as parsed JSON. */
  | { kind: 'returned'; payload: unknown }
  /** The function threw, or its process could not start or ended; `errorType` as Lambda reports it. */
  | { kind: 'failed'; errorType: string; errorMessage: string }
  /** The time-out passed: the function's own, or the caller's where the caller has one. */
  | { kind: 'timed-out' }
  /** No instance free and none more allowed. */
  | { kind: 'throttled' }

/** Largest synchronous request, and response: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const payloadMaxBytes = 6 * 1024 * 1024
