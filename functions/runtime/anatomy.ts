/**
 * Kind and place of an error. Not its message: what a caller sent may be quoted there (JSON.parse does that). Never throws:
 * anything can be thrown, also what is no error, or throws when it is looked at.
 */
export function anatomyOf(error: unknown): { error: string; at: readonly string[] } {
  try {
    if (error instanceof Error) return { error: nameOf(error), at: framesOf(error) }
  } catch {}
  return { error: typeof error, at: [] }
}

// Libraries take names from answers, too. A word that code could have is one; a sentence, a value or a token is not.
const word = /^[A-Za-z_$][\w$]{0,63}$/

const nameOf = ({ name }: { readonly name: unknown }): string =>
  typeof name === 'string' && word.test(name) ? name : 'Error'

function framesOf({ stack, message }: { readonly stack?: unknown; readonly message: unknown }): string[] {
  if (typeof stack !== 'string' || typeof message !== 'string') return []
  // The message stands before the frames, and may look like one. Where it was replaced since, nobody can tell where it ends.
  const at = stack.indexOf(message)
  if (at < 0) return []
  const trace = stack.slice(at + message.length)
  const frames = trace.split('\n').filter(line => /^\s+at .*:\d+:\d+\)?$/.test(line))
  return frames.slice(0, 10).map(frame => frame.trim())
}
