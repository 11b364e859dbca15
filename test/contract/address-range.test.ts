import { describe, expect, test } from 'vitest'
import { readAddressRange } from '../../contract/address-range.ts'

const inRange = (range: string, address: string) => readAddressRange(range)?.(address)

describe('a range of addresses', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0', true],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '9.255.255.255', false],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.128.0.0/9', '10.127.255.255', false],
    ['2001:db8:0:1::/64', '2001:db8:0:1:ffff::', true],
    ['64:ff9b::192.0.2.0/120', '64:ff9b::192.0.2.7', true],
    ['192.0.2.1/32', '192.0.2.1', true],
    ['192.0.2.1/32', '192.0.2.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::1/128', '2001:0db8:0:0:0:0:0:1', true],
    ['2001:DB8::/32', '2001:db8::1', true],
  ])('%s: %s is in it: %s', (range, address, expected) => {
    expect(inRange(range, address)).toBe(expected)
  })

  // A caller reaches a dual-stack listener as one or as the other; it is one host.
  test('holds an IPv4 address also where it is written as IPv6', () => {
    expect(inRange('10.0.0.0/8', '::ffff:10.1.2.3')).toBe(true)
    expect(inRange('10.0.0.0/8', '::ffff:a01:203')).toBe(true)
    expect(inRange('10.0.0.0/8', '::ffff:11.1.2.3')).toBe(false)
  })

  test.each(['::/0', '::/64'])('of IPv6, such as %s, holds no IPv4 address, however it is written', range => {
    expect(inRange(range, '::1')).toBe(true)
    expect(inRange(range, '10.0.0.1')).toBe(false)
    expect(inRange(range, '::ffff:10.0.0.1')).toBe(false)
  })

  test.each(['', 'unknown', '10.0.0', '10.0.0.1/32', '010.0.0.1', '10.0.0.1, 10.0.0.2', ' 10.0.0.1'])(
    'says neither yes nor no of %j',
    address => {
      expect(() => inRange('10.0.0.0/8', address)).toThrow()
    },
  )

  test.each([
    '',
    '10.0.0.0',
    '10.0.0.1/8',
    '10.128.0.0/8',
    '2001:db8::1/32',
    '::1/127',
    '64:ff9b::192.0.2.1/120',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10.0.0/8',
    '2001:db8::/129',
    'example.com/8',
    '::ffff:10.0.0.0/104',
    '0:0:0:0:0:ffff:a00:0/104',
  ])('is not read from %j', text => {
    expect(readAddressRange(text)).toBeUndefined()
  })
})
