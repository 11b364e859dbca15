/**
 * What comes of something, unless a signal comes first: then rejects with its reason. undici hears of a signal only once there is a
 * connection, and one can take longer to be made than a request has left.
 */
export const unlessAborted = <T>(signal: AbortSignal, answer: Promise<T>): Promise<T> =>
  Promise.race([
    answer,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  ])
