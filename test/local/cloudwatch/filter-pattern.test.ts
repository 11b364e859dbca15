import { expect, test } from 'vitest'
import { readFilterPattern } from '../../../local/cloudwatch/filter-pattern.ts'

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
const event = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '192.0.2.111',
  arrayKey: ['value', 'another value'],
  objectList: [{ name: 'a', id: 1 }],
  errorCode: 400,
}

test.each([
  ['', true],
  ['{ $.eventType = "UpdateTrail" }', true],
  ['{ $.eventType = UpdateTrail }', true],
  ['{ $.eventType != "UpdateTrail" }', false],
  ['{ $.sourceIPAddress != 123.123.* }', true],
  ['{ $.sourceIPAddress = 192.0.2.* }', true],
  ['{ $.sourceIPAddress = 192x0* }', false],
  ['{ $.arrayKey[0] = "value" }', true],
  ['{ $.objectList[0].id = 1 }', true],
  ['{ $.errorCode >= 400 }', true],
  ['{ $.errorCode > 400 }', false],
  ['{ $.errorCode < 401 && $.eventType = "UpdateTrail" }', true],
  ['{ $.errorCode = 1 || $.eventType = "UpdateTrail" }', true],
  ['{ $.errorCode = 1 && $.eventType = "UpdateTrail" }', false],
  ['{ $.absent = 1 }', false],
  ['{ $.absent != 1 }', false],
  ['{ $.toString = "*" }', false],
])('%s matches the documented event: %s', (pattern, matches) => {
  expect(readFilterPattern(pattern)(JSON.stringify(event), event)).toBe(matches)
})

test('a pattern over JSON matches no line that is none', () => {
  expect(readFilterPattern('{ $.a = 1 }')('a = 1', undefined)).toBe(false)
  expect(readFilterPattern('')('a = 1', undefined)).toBe(true)
})

test.each(['ERROR', '[ip, user]', '{ $.a IS NULL }', '{ ($.a = 1) }', '{ a = 1 }', '{ $.a = %1% }x'])(
  'says that it does not evaluate %s',
  pattern => {
    expect(() => readFilterPattern(pattern)).toThrow(/not evaluated here/)
  },
)
