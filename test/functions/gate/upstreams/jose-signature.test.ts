import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joseSignature } from '../../../../functions/gate/upstreams/kms/jose-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('a signature in DER becomes the one of 64 bytes that JWS has, whatever its numbers’ lengths', () => {
  fc.assert(
    fc.property(fc.uint8Array(), message => {
      const jose = joseSignature(sign('sha256', message, privateKey))
      expect(jose).toHaveLength(64)
      expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, jose)).toBe(true)
    }),
    // Of 256 signatures, about one has a number of 31 bytes, and half of them one of 33.
    { numRuns: 600 },
  )
})

test('short numbers are filled up from the left', () => {
  const jose = joseSignature(Buffer.from('3006020101020102', 'hex'))
  expect(jose.toString('hex')).toBe(`${'1'.padStart(64, '0')}${'2'.padStart(64, '0')}`)
})

const long = (byte: string, count: number) => byte.repeat(count)
test.each([
  ['nothing', ''],
  ['another type', '3106020101020102'],
  ['a length that is not its own', '3007020101020102'],
  ['bytes after it', '300602010102010200'],
  ['one number', '3003020101'],
  ['three numbers', '3009020101020102020103'],
  ['a number without bytes', '30050200020102'],
  ['a number beyond its end', '3006020101020502'],
  ['a negative number', '3006020181020102'],
  ['a number of another curve', `30260221${long('01', 33)}020101`],
])('%s is no signature', (_, hex) => {
  expect(() => joseSignature(Buffer.from(hex, 'hex'))).toThrow('a signature')
})

test('no bytes but those of a signature are read as one, and none are read beyond them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      let read: Buffer | undefined
      try {
        read = joseSignature(bytes)
      } catch (error) {
        expect((error as Error).message).toMatch(/^a signature/)
      }
      if (read) expect(read).toHaveLength(64)
    }),
  )
})
