const least = 16_384

/**
 * A body in one piece, which grows as its parts come: kept until the end, those of a byte each, as chunks can be (RFC 9112 §7.1), would
 * take a hundred times their size. How much may come is bounded where it comes from.
 */
export async function wholeBody(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let whole = new Uint8Array(0)
  let length = 0
  for await (const part of parts) {
    if (length + part.length > whole.length) {
      const larger = new Uint8Array(Math.max(least, 2 * whole.length, length + part.length))
      larger.set(whole.subarray(0, length))
      whole = larger
    }
    whole.set(part, length)
    length += part.length
  }
  return whole.subarray(0, length)
}
