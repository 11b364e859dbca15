/** What is wrong with a declaration, for the person at the terminal. */
export interface Complaint {
  /** The construct's path, or the call: `Api > GET /deals`. */
  readonly at: string
  readonly given: string
  readonly allowed: string
  readonly fix: string
}

/** Thrown at synth, at the line that declared something that cannot be. */
export class DeclarationError extends Error {
  constructor({ at, given, allowed, fix }: Complaint) {
    super(`${at}: ${given}\n  allowed: ${allowed}\n  fix:     ${fix}`)
    this.name = 'DeclarationError'
  }
}

/**
 * Refuses keys that nobody would read: a misspelt option is a protection that is not there. Types catch it in
 * TypeScript; this catches it in JavaScript and behind casts.
 */
export function onlyKnownKeys(at: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue
    throw new DeclarationError({
      at,
      given: `unknown option "${key}"`,
      allowed: known.join(', '),
      fix: `remove "${key}", or spell it as one of the above`,
    })
  }
}
