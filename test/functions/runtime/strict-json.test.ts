import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isExactNumber } from '../../../functions/runtime/exact-number.ts'
import { parseStrictJson } from '../../../functions/runtime/strict-json.ts'

const refuses = (text: string, depth = 8) => expect(parseStrictJson(text, depth), text).toBeUndefined()

describe('strict JSON', () => {
  it('reads what JSON.parse reads, where no member can be meant twice', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6, stringUnit: fc.constantFrom(...'aé中{}[]:,1 ') }), text => {
        expect(parseStrictJson(text, 64)?.value).toEqual(JSON.parse(text))
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

  it('refuses a member twice whose name is a number, a prototype or syntax', () => {
    for (const name of ['1', '__proto__', 'constructor', ':', '\\', '"', '{']) {
      const quoted = JSON.stringify(name)
      refuses(`{${quoted}:1,${quoted}:2}`)
      refuses(`{"b":{${quoted}:[]},${quoted}:{"c":1},${quoted}:{"c":1}}`)
    }
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

describe('a name spelt with an escape', () => {
  // What V8 once read in a place, it takes others for (nodejs/node#63785).
  it('is read as what it is, whoever sent what before', () => {
    for (const [before, text, name] of [
      ['titl\\\\', 'titl\\u0065', 'title'],
      ['gr\\\\u0', 'gr\\u00f6\\u00dfe', 'größe'],
      ['\\\\', '\\u4e2d', '中'],
      ['\\\\', '\\/', '/'],
    ] as const) {
      JSON.parse(`{"first":0,"${before}":0}`)
      expect(parseStrictJson(`{"first":0,"${text}" \n:[1]}`, 8)?.value).toEqual({ first: 0, [name]: [1] })
    }
  })

  it('that cannot be spelt without one is read as what it is, or refused', () => {
    const odd = fc.constantFrom('\\', '"', '\n', 'a', 'u', '中', '\ud800')
    const name = fc.array(odd, { minLength: 1, maxLength: 3 }).map(letters => letters.join(''))
    const inFull = (text: string) =>
      `"\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}${JSON.stringify(text.slice(1)).slice(1)}`
    // V8 remembers what it met first in a place.
    let place = 0
    fc.assert(
      fc.property(name, name, fc.boolean(), (before, sent, full) => {
        place += 1
        JSON.parse(`{"at ${place}":0,${JSON.stringify(before)}:0}`)
        const text = `{"at ${place}":0,${full ? inFull(sent) : JSON.stringify(sent)}:1}`
        const read = Object.keys(parseStrictJson(text, 8)?.value ?? {})
        expect([[], [`at ${place}`, sent]]).toContainEqual(read)
      }),
      { numRuns: 3000 },
    )
  })

  it('leaves what is no JSON what it is', () => {
    for (const text of ['{"\\u00g1":1}', '{"\\n"\u00a0:1}', '{"a\\":1}', '\\n":1', '{"\\n":1,}', '["\\n":1]'])
      refuses(text)
  })
})

describe('a number as it is written', () => {
  it('is exact when it is what JavaScript writes, but for integers beyond 2^53 − 1', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        const text = JSON.stringify(value)
        expect(isExactNumber(text)).toBe(!/^-?\d+$/.test(text) || Number.isSafeInteger(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('is exact in whatever form it is written', () => {
    const form = fc.tuple(
      fc.integer({ min: -999_999, max: 999_999 }),
      fc.integer({ min: -9, max: 9 }),
      fc.nat(30),
    )
    fc.assert(
      fc.property(form, ([digits, power, zeros]) => {
        for (const written of [
          `${digits}e${power}`,
          `${digits}.${'0'.repeat(zeros + 1)}E${power}`,
          `${digits}${'0'.repeat(zeros)}e${power - zeros}`,
        ]) {
          expect([written, isExactNumber(written)]).toEqual([written, true])
        }
      }),
    )
  })

  it('is not exact with a digit that a double does not hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 10n ** 40n }), fc.boolean(), (digits, negative) => {
        expect(isExactNumber(`${negative ? '-' : ''}${digits}`)).toBe(false)
        expect(isExactNumber(`0.1${'0'.repeat(17)}${(digits % 9n) + 1n}`)).toBe(false)
      }),
    )
  })

  it('of a million digits is judged like any other', () => {
    expect(isExactNumber(`1${'0'.repeat(1_000_000)}`)).toBe(false)
    expect(isExactNumber(`0.${'0'.repeat(1_000_000)}1`)).toBe(false)
    expect(isExactNumber(`0.5${'0'.repeat(1_000_000)}`)).toBe(true)
  })

  it('is told by its place, where it is not exact', () => {
    const text = '{"a":[1,{"b/":1e999}],"c":"1e999","d\\u0065":[[0.1],[12345678901234567890]],"e":-1E-999}'
    const inexactIn = (json: string) => {
      const places: unknown[] = []
      parseStrictJson(json, 8, undefined, place => places.push([...place]))
      return places
    }
    expect(inexactIn(text)).toEqual([['a', 1, 'b/'], ['de', 1, 0], ['e']])
    expect(inexactIn('1e999')).toEqual([[]])
    expect(inexactIn(`[${'1e999,'.repeat(50)}1]`)).toHaveLength(50)
    expect(inexactIn('{"a":[1,{"b":2}]}')).toEqual([])
  })
})

it('a forbidden member is known by its name and by what holds it', () => {
  const forbidden = (name: string, parent: unknown) => name === 'x' && parent === 'y'
  expect(parseStrictJson('{"x":{"z":{"x":1}},"y":[{"x":1}]}', 8, forbidden)).toBeDefined()
  expect(parseStrictJson('[{"\\u0079":{"x":1}}]', 8, forbidden)).toBeUndefined()
})
