import { describe, expect, test } from 'vitest'
import { objectionTo, objectionToHost } from '../../contract/upstream-address.ts'

const judged = (address: string) => [objectionTo(address, 'public'), objectionTo(address, 'private')]

describe('an upstream may be', () => {
  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.255',
    '2001:200::1',
    '2001:db8::1',
    '2003::',
    '2606:4700::1111',
    '3fff:ffff::',
  ])('at the public address %s', address => {
    expect(judged(address)).toEqual([undefined, undefined])
  })

  test.each([
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    'fc00::',
    'fd00:ec1:ffff::1',
    'fd00:ec3::',
    'fdff:ffff::1',
  ])('at the private address %s only where that is declared', address => {
    expect(judged(address)).toEqual(['private', undefined])
  })

  test.each([
    ['0.0.0.0', 'unspecified'],
    ['0.255.255.255', 'unspecified'],
    ['127.0.0.0', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['169.254.0.0', 'link-local'],
    ['169.254.169.254', 'link-local'],
    ['169.254.170.2', 'link-local'],
    ['192.0.0.0', 'reserved'],
    ['192.0.0.192', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['198.18.0.0', 'reserved'],
    ['198.19.255.255', 'reserved'],
    ['224.0.0.0', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.0', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'reserved'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['fd00:ec2::', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['ff02::1', 'multicast'],
    // IPv4 in disguise: mapped, compatible, NAT64, 6to4, Teredo.
    ['::ffff:127.0.0.1', 'reserved'],
    ['::ffff:10.0.0.1', 'reserved'],
    ['::ffff:1.1.1.1', 'reserved'],
    ['::ffff:a9fe:a9fe', 'reserved'],
    ['::127.0.0.1', 'reserved'],
    ['::ffff:0:10.0.0.1', 'reserved'],
    ['64:ff9b::a9fe:a9fe', 'reserved'],
    ['64:ff9b:1::1', 'reserved'],
    ['2002:a9fe:a9fe::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['2001:1ff:ffff::1', 'reserved'],
    ['100::1', 'reserved'],
    ['4000::', 'reserved'],
    ['crm.example.com', 'reserved'],
    ['', 'reserved'],
  ])('never at %s, which is %s', (address, kind) => {
    expect(judged(address)).toEqual([kind, kind])
  })
})

test.each([
  ['[::1]', 'loopback'],
  ['127.0.0.1', 'loopback'],
  ['localhost', 'loopback'],
  ['localhost.', 'loopback'],
  ['crm.localhost', 'loopback'],
  ['10.1.2.3', 'private'],
  ['crm.example.com', undefined],
  ['localhost.example.com', undefined],
])('of a URL’s host it is said before anything is resolved, where it can be: %s', (host, kind) => {
  expect(objectionToHost(host, 'public')).toBe(kind)
})

// What URLs make of addresses that are written in other ways.
test.each([
  'https://2130706433',
  'https://0x7f.1',
  'https://0177.0.0.1',
  'https://127.1',
  'https://[::ffff:7f00:1]',
])('%s is an address of this machine', url => {
  expect(objectionToHost(new URL(url).hostname, 'private')).toMatch(/^(?:loopback|reserved)$/)
})
