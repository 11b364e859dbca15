import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressKey, clientKey, sharedControl, subjectKey } from '../../contract/state.ts'

const key = new Uint8Array(32).fill(1)

describe('the state table', () => {
  test('gives callers keys of their own, however their names are cut', () => {
    const names = fc.tuple(fc.string(), fc.string())
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(one.join('\n') !== other.join('\n') || one[0] !== other[0])
        expect(subjectKey(key, ...one)).not.toBe(subjectKey(key, ...other))
      }),
    )
    expect(subjectKey(key, 'ab', 'c')).not.toBe(subjectKey(key, 'a', 'bc'))
  })

  test('names nobody the same under another key', () => {
    const other = new Uint8Array(32).fill(2)
    expect(subjectKey(other, 'a', 'b')).not.toBe(subjectKey(key, 'a', 'b'))
  })

  test('takes no user for a client, an address or a token of the same name', () => {
    const hashes = [
      subjectKey(key, 'client', 'a'),
      clientKey(key, 'client', 'a'),
      addressKey(key, 'a'),
      sharedControl.token(key, 'client', 'a'),
    ].map(name => name.replace(/^\w+[# ]/, ''))
    expect(new Set(hashes).size).toBe(4)
  })

  test('says nothing of whom a key is for', () => {
    expect(subjectKey(key, 'https://login.example.com', 'jane')).toMatch(/^user#[\w-]{43}$/)
  })
})
