import { describe, expect, test } from 'vitest'
import type { BodyManifest, GateRoute } from '../../../contract/gate-manifest.ts'
import { boundedBody, embedBody, encodeBody } from '../../../functions/gate/upstreams/bodies.ts'
import { emptyInput } from './parts.ts'

const same = { types: ['a/b'], required: false, maxBytes: 9 }
const kinds: ReadonlyArray<
  readonly [BodyManifest, value: unknown, sent: string | Buffer, embedded: unknown]
> = [
  [{ kind: 'json', ...same, projection: {} }, { a: [1, null] }, '{"a":[1,null]}', { a: [1, null] }],
  [
    { kind: 'form', ...same, fields: [] },
    [
      ['a', '1 &'],
      ['b', 'é'],
      ['a', '2'],
    ],
    'a=1+%26&b=%C3%A9&a=2',
    { a: ['1 &', '2'], b: ['é'] },
  ],
  [{ kind: 'text', ...same }, 'é\n', 'é\n', 'é\n'],
  [{ kind: 'bytes', ...same }, Buffer.from([0, 255]), Buffer.from([0, 255]), { type: 'a/b', base64: 'AP8=' }],
]

describe.each(kinds)('a body of %o', (declared, body, sent, embedded) => {
  const route = (of: BodyManifest | null): GateRoute => ({
    access: { kind: 'public' },
    input: { ...emptyInput, body: of },
    limits: { cost: 1, layers: [], openWithoutStore: false },
    output: null,
    stub: null,
  })

  test('is written anew for an upstream over HTTP', () => {
    expect(encodeBody({ route: route(declared), body })).toEqual(sent)
    expect(encodeBody({ route: route(declared), body: undefined })).toBeNull()
  })

  test('is a member of the event of a function', () => {
    expect(embedBody({ route: route(declared), body, bodyType: 'a/b' })).toEqual(embedded)
    expect(embedBody({ route: route(declared), body: undefined, bodyType: null })).toBeNull()
  })

  test('goes nowhere where none is declared', () => {
    expect(() => encodeBody({ route: route(null), body })).toThrow('not declared')
  })
})

describe('a body that is longer as it goes on', () => {
  const written = (of: BodyManifest, body: unknown) => {
    const input = { ...emptyInput, body: of }
    const decision = boundedBody({
      route: {
        access: { kind: 'public' },
        input,
        limits: { cost: 1, layers: [], openWithoutStore: false },
        output: null,
        stub: null,
      },
      body,
    })
    return decision.ok ? decision.value : decision.reason
  }
  const json = (maxBytes: number): BodyManifest => ({ kind: 'json', ...same, maxBytes, projection: {} })
  const form = (maxBytes: number): BodyManifest => ({ kind: 'form', ...same, maxBytes, fields: [] })

  test.each<[what: string, BodyManifest, BodyManifest, unknown, string]>([
    ['a number', json(23), json(22), JSON.parse('[1e20]'), '[100000000000000000000]'],
    ['what a form escapes', form(5), form(4), [['a', '!']], 'a=%21'],
  ])('passes at exactly what is declared, and not one byte longer: %s', (_, wide, narrow, body, text) => {
    expect(written(wide, body)).toBe(text)
    expect(written(narrow, body)).toBe('input.too_large')
  })
})
