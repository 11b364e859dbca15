import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrictJson } from '../../../functions/runtime/strict-json.ts'

const refuses = (text: string, depth = 8) => expect(parseStrictJson(text, depth), text).toBeUndefined()

describe('strict JSON', () => {
  it('reads what JSON.parse reads, where no member can be meant twice', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), text => {
        expect(parseStrictJson(text, 64)).toEqual({ value: JSON.parse(text) })
      }),
    )
  })

  it('refuses a member twice, at any depth, also spelt with an escape', () => {
    refuses('{"a":1,"a":1}')
    refuses('{"x":[{"a":1,"b":{"c":1,"c":2}}]}')
    refuses('{"sub":"a","s\\u0075b":"b"}')
    refuses('{"":1,"":2}')
  })

  it('refuses any member doubled anywhere in any value', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), fc.json(), fc.nat(3), (name, first, second, levels) => {
        const twice = `{${JSON.stringify(name)}:${first},${JSON.stringify(name)}:${second}}`
        refuses('[{"in":'.repeat(levels) + twice + '}]'.repeat(levels), 64)
      }),
    )
  })

  it('accepts the same name in different objects, and names that look like syntax', () => {
    expect(parseStrictJson('[{"a":1},{"a":{"a":"{\\"a\\":1,\\"a\\":2}"}}]', 8)).toBeDefined()
    expect(parseStrictJson('{"{,\\"":1,"}":[","]}', 8)).toBeDefined()
  })

  it('accepts exactly as many levels as stated, and not one more', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
    expect(parseStrictJson(nested(8), 8)).toBeDefined()
    refuses(nested(9), 8)
  })

  it('refuses a byte order mark, and what is no JSON', () => {
    refuses('\ufeff{}')
    for (const text of ['', '{', '{"a":1}}', "{'a':1}", '{"a":1,}', 'NaN', '{"a":01}']) refuses(text)
  })
})
