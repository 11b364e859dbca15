/**
 * A template uses something the local cloud does not run. It stops the start: a feature left out silently
 * would make the local API differ from the deployed one exactly where nobody looks.
 * The message is `<place>: <problem>`, where place is the path to the value inside its document.
 */
export class UnsupportedTemplateError extends Error {
  override readonly name = 'UnsupportedTemplateError'
  readonly place: string

  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`)
    this.place = place
  }
}

/** A template that AWS itself would refuse at deployment. Same message shape as {@link UnsupportedTemplateError}. */
export class RefusedTemplateError extends Error {
  override readonly name = 'RefusedTemplateError'
  readonly place: string

  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`)
    this.place = place
  }
}

/** The error for a value outside what is supported, e.g. `….type: 'mock' is not supported; supported: aws_proxy`. */
export function unsupportedValue(
  place: string,
  given: unknown,
  supported: readonly string[],
): UnsupportedTemplateError {
  return new UnsupportedTemplateError(
    place,
    `${describe(given)} is not supported; supported: ${supported.join(', ')}`,
  )
}

/** How a value is shown in a message: strings quoted, other values as JSON, both cut at 120 characters. */
export function describe(given: unknown): string {
  if (given === undefined) return 'nothing'
  const text = typeof given === 'string' ? `'${given}'` : JSON.stringify(given)
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
