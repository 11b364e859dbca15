/** Something CloudWatch may know and this one does not, or that neither does. Shown where the number would have been. */
export class CannotEvaluate extends Error {
  override readonly name = 'CannotEvaluate'
}

/** What `attempt` gives, or the text of why it cannot be had. */
export function evaluated<Result>(attempt: () => Result): Result | { readonly error: string } {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof CannotEvaluate) return { error: error.message }
    throw error
  }
}
