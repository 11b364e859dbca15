/** Makes a thing when it is first needed, and once: what most invocations do without should not delay every start. */
export function onFirstUse<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
