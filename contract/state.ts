/** The state table: what its items are called. */
export const stateTable = {
  partitionKey: 'pk',
  /** Keys of per-caller counters. Each kind of item has a prefix, so that a role can be bound to the kinds it needs. */
  userPrefix: 'user#',
  /** Seconds since the epoch. Time to live only cleans up: expiry is always compared in code. */
  expiresAt: 'expiresAt',
} as const
