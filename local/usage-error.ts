/** Something the person at the terminal gave cannot be: the message says what, what is allowed, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
