import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { askedOf } from '../../../../functions/gate/upstreams/http/asked.ts'
import { principalHeaders } from '../../../../functions/gate/upstreams/http/principal-headers.ts'
import { ticket } from '../parts.ts'
import { declaredRequest } from './declared-request.ts'

const claims = (value: unknown) => ({ ...ticket, claims: value === undefined ? {} : { tenant: value } })
const declared = { kind: 'claims', headers: [{ header: 'x-tenant', claim: 'tenant' }] } as const
const told = (value: unknown) => principalHeaders(declared, claims(value))

describe('a claim as a header', () => {
  test.each([
    ['acme', 'acme'],
    ['auth0|5f"=;\\', 'auth0|5f"=;\\'],
    ['a'.repeat(256), 'a'.repeat(256)],
    [42, '42'],
    [-1, '-1'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [false, 'false'],
  ])('%j is told as it is', (value, header) => {
    expect(told(value)).toEqual({ ok: true, value: { 'x-tenant': header } })
  })

  test.each<[string, unknown]>([
    ['empty text', ''],
    ['text of 257 characters', 'a'.repeat(257)],
    ['a space', 'two words'],
    ['a comma, by which one value reads as two', 'acme,initech'],
    ['another line', 'acme\r\nx-role: admin'],
    ['a letter beyond ASCII', 'acmé'],
    ['a control character', 'a\u0000'],
    ['a number that another one reads as', 2 ** 53],
    ['a fraction', 1.5],
    ['no number', Number.NaN],
    ['null', null],
    ['a list', ['acme']],
    ['an object', { name: 'acme' }],
  ])('%s is refused, by name and without its value', (_, value) => {
    expect(told(value)).toEqual({
      ok: false,
      reason: 'principal.unusable',
      note: 'claim tenant: not what a header can hold',
    })
  })

  test.each(['tenant', 'constructor', '__proto__'])('a caller without the claim %s is refused', claim => {
    const missing = { kind: 'claims', headers: [{ header: 'x-tenant', claim }] } as const
    expect(principalHeaders(missing, claims(undefined))).toEqual({
      ok: false,
      reason: 'principal.unusable',
      note: `claim ${claim}: missing`,
    })
  })

  test('whatever is told is one value of one line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string()), value => {
        const decided = told(value)
        if (decided.ok) expect(decided.value['x-tenant']).toMatch(/^[^\s,\u0080-\uffff]{1,256}$/)
      }),
    )
  })
})

describe('what an upstream is asked', () => {
  test('says who is calling as declared, whatever the caller sent under that name', () => {
    const request = declaredRequest({ ticket: claims('acme'), headers: [['x-tenant', 'initech']] })
    expect(askedOf(request, declared)).toMatchObject({ value: { headers: { 'x-tenant': 'acme' } } })
  })

  test('is not asked at all where that cannot be said', () => {
    const request = declaredRequest({ ticket: claims('a b') })
    expect(askedOf(request, declared)).toMatchObject({ ok: false, reason: 'principal.unusable' })
  })

  const names = (principal: Parameters<typeof askedOf>[1], request = declaredRequest()) => {
    const asked = askedOf(request, principal)
    return asked.ok
      ? Object.keys(asked.value.headers).filter(name => !/^(?:accept|content-type)$/.test(name))
      : []
  }

  test('says it in the one header of the gateway by default, or nowhere', () => {
    expect(names({ kind: 'header' })).toEqual(['sallyport-principal'])
    expect(names({ kind: 'none' })).toEqual([])
  })

  test('says nothing of a caller whom nobody knows', () => {
    const unknown = declaredRequest({ ticket: null })
    for (const principal of [{ kind: 'header' }, declared, { kind: 'none' }] as const)
      expect(names(principal, unknown)).toEqual([])
  })
})
