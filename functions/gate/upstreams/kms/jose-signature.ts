/**
 * An ECDSA signature on P-256 as JWS has it: r and s of 32 bytes each (RFC 7518 §3.4), of one in DER as KMS makes them
 * (RFC 3279 §2.2.3). Throws for anything but exactly that.
 */
export function joseSignature(der: Uint8Array): Buffer {
  const bytes = Buffer.from(der)
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) throw new Error('a signature that is no sequence')
  const [r, next] = integerAt(bytes, 2)
  const [s, end] = integerAt(bytes, next)
  if (end !== bytes.length) throw new Error('a signature with more than two numbers')
  return Buffer.concat([r, s])
}

/** A number of up to 32 bytes, made as long as that, and where it ends. */
function integerAt(bytes: Buffer, at: number): [Buffer, number] {
  const length = bytes[at + 1] ?? 0
  const start = at + 2
  const end = start + length
  if (bytes[at] !== 0x02 || length < 1 || end > bytes.length)
    throw new Error('a signature without its numbers')
  // One that would look negative has a zero before it.
  const number = bytes.subarray(bytes[start] === 0 && length > 1 ? start + 1 : start, end)
  if (number.length > 32 || ((bytes[start] ?? 0) & 0x80) !== 0)
    throw new Error('a signature of another curve')
  return [Buffer.concat([Buffer.alloc(32 - number.length), number]), end]
}
