/** The state table: what its items are called. Items differ by the prefix of their key (`user#…`). */
export const stateTable = {
  partitionKey: 'pk',
  /** Seconds since the epoch. Time to live only cleans up: expiry is always compared in code. */
  expiresAt: 'expiresAt',
} as const
