import { fileURLToPath } from 'node:url'

/** What is wrong with a declaration, for the person at the terminal. */
export interface Complaint {
  /** The construct's path, or the call: `Api > GET /deals`. */
  readonly at: string
  readonly given: string
  readonly allowed: string
  readonly fix: string
}

/** Thrown at synth, at the line that declared something that cannot be. Its stack is that line alone. */
export class DeclarationError extends Error {
  constructor({ at, given, allowed, fix }: Complaint) {
    super(`${at}: ${given}\n  allowed: ${allowed}\n  fix:     ${fix}`)
    this.name = 'DeclarationError'
    const line = callersLine(this.stack ?? '')
    if (line !== undefined) this.stack = `${this.name}: ${this.message}\n${line}`
  }
}

// Whoever declared something wrong can mend nothing in these.
const library = new URL('../', import.meta.url)
const notTheCallers = ['/node_modules/', 'node:', library.href, fileURLToPath(library)]

/** The innermost frame of a stack that is the caller's own. Undefined where none is left of it. */
const callersLine = (stack: string): string | undefined =>
  stack
    .split('\n')
    .find(line => /^ +at .*:\d+:\d+\)?$/.test(line) && !notTheCallers.some(part => line.includes(part)))
