type RawHeaders = Record<string, string[] | undefined> | null | undefined

/** All values sent under one lower-case header name, whatever its case (API Gateway keeps the sender's). */
export function headerValues(raw: RawHeaders, name: string): string[] {
  const found: string[] = []
  for (const [sent, values] of Object.entries(raw ?? {})) {
    // Most names differ in their length already.
    if (sent.length !== name.length || sent.toLowerCase() !== name || !Array.isArray(values)) continue
    found.push(...values)
  }
  return found
}
