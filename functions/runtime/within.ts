/** The answer to whoever waits no longer. */
export class TooLate extends Error {
  override readonly name = 'TooLate'
}

/** An answer, if it comes within so many milliseconds; else throws {@link TooLate}. What comes later is not waited for. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`not within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
