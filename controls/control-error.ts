import type { Control } from '../contract/control.ts'

/**
 * - `invalid`: what was given cannot be; nothing was asked of the table.
 * - `conflict`: somebody else changed the same control meanwhile.
 * - `full`: there is no room for another control that is not a subject's own.
 * - `unused`: the table has no key: no gate has used it yet, or it is another table. Nothing was written.
 * - `unreadable`: the table's item of controls is not ours to read. Every gate refuses everything because of it.
 * - `incomplete`: one step was made and another was not.
 */
export type ControlErrorCode = 'invalid' | 'conflict' | 'full' | 'unused' | 'unreadable' | 'incomplete'

export interface ControlComplaint {
  readonly at: string
  readonly given: string
  readonly allowed: string
  readonly fix: string
}

/** A control that was not made, for the person at the terminal. It names no caller, nor any part of a token. */
export class ControlError extends Error {
  override readonly name: string = 'ControlError'
  readonly code: ControlErrorCode

  constructor(
    code: ControlErrorCode,
    { at, given, allowed, fix }: ControlComplaint,
    options: { readonly cause?: unknown } = {},
  ) {
    super(`${at}: ${given}\n  allowed: ${allowed}\n  fix:     ${fix}`, options)
    this.code = code
  }
}

/** It failed midway. Running the same again is safe, and makes what is left. */
export class ControlIncomplete extends ControlError {
  override readonly name = 'ControlIncomplete'
  readonly done: readonly string[]
  readonly left: readonly string[]

  constructor(done: readonly string[], left: readonly string[], cause: unknown) {
    super(
      'incomplete',
      {
        at: `done: ${done.join(', ') || 'nothing'}`,
        given: `not done: ${left.join(', ')} (${briefly(cause)})`,
        allowed: 'all of it, or to be run again',
        fix: 'run the same again: what is done already stays as it is',
      },
      { cause },
    )
    this.done = done
    this.left = left
  }
}

const briefly = (cause: unknown): string =>
  cause instanceof ControlError ? (cause.message.split('\n')[0] ?? '') : String(Object(cause).name ?? 'Error')

export const invalid = (complaint: ControlComplaint): ControlError => new ControlError('invalid', complaint)

export function conflict(name: string, now: Control | 'unreadable' | null): ControlError {
  const what =
    now === null
      ? 'taken back'
      : now === 'unreadable'
        ? 'made unreadable'
        : `changed by ${now.by === '' ? 'somebody' : `${now.by} (“${now.why}”)`}`
  return new ControlError('conflict', {
    at: name,
    given: `it was ${what} at the same time`,
    allowed: 'one change after the other',
    fix: 'look at the list, and order it again if it is still wanted',
  })
}
