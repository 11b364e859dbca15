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
