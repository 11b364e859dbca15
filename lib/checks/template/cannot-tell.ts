/** Why something cannot be judged. Becomes a finding: what is not known to be right fails. */
export class CannotTell extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'CannotTell'
  }
}

/** Undefined for what cannot be told. Only where that decides nothing. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof CannotTell) return undefined
    throw error
  }
}
