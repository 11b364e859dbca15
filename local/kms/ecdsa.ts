import { createECDH, randomBytes } from 'node:crypto'

// Order of the group of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/**
 * Signs a SHA-256 digest with ECDSA on P-256 (FIPS 186-5 §6.4.1), in DER: Node signs messages only, and KMS takes digests too. For keys
 * of a run of the local cloud; it takes no care of what its timing tells.
 */
export function signDigest(digest: Uint8Array, privateKey: bigint): Buffer {
  const z = numberOf(Buffer.from(digest))
  for (;;) {
    const k = numberOf(randomBytes(32)) % order
    if (k === 0n) continue
    const point = createECDH('prime256v1')
    point.setPrivateKey(k.toString(16).padStart(64, '0'), 'hex')
    // Uncompressed: 04, x, y (SEC 1 §2.3.3).
    const r = numberOf(point.getPublicKey().subarray(1, 33)) % order
    const s = (inverse(k) * (z + r * privateKey)) % order
    if (r !== 0n && s !== 0n) return sequence([integer(r), integer(s)])
  }
}

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)

/** By Fermat's little theorem, since the order is prime. */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value % order]
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % order
    base = (base * base) % order
  }
  return result
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
  return Buffer.concat([Buffer.from([0x02, signed.length]), signed])
}

function sequence(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}
