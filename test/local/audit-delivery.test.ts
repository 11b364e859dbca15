import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openFolder } from '../../audit/folder.ts'
import { verifyTrail } from '../../audit/verify.ts'
import { type Delivery, deliveredBelow, startDelivery } from '../../local/audit/delivery.ts'
import { UsageError } from '../../local/usage-error.ts'
import { chainOf } from '../audit/support.ts'

const root = mkdtempSync(join(tmpdir(), 'sallyport-delivery-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folder: string
let delivery: Delivery
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 23, 59, 59) })
  folder = join(mkdtempSync(join(root, 'trail-')), 'made')
  delivery = startDelivery({ folder })
})
afterEach(() => {
  delivery.close()
  vi.useRealTimers()
})

const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
const verified = () => verifyTrail(openFolder(folder))

it('delivers what functions wrote, together, after two seconds, by region, account and day', async () => {
  const lines = chainOf('one', 5)
  for (const line of lines.slice(0, 3)) delivery.logged(line)
  vi.advanceTimersByTime(1999)
  expect(files()).toEqual([])
  vi.advanceTimersByTime(1)
  for (const line of lines.slice(3)) delivery.logged(line)
  delivery.close()
  expect(files()).toEqual([
    expect.stringMatching(
      /^region=[a-z0-9-]+\/accountId=\d{12}\/eventDay=20261123\/sallyport-dev-1-2026-11-23-00-00-01-[0-9a-f-]{36}\.json\.gz$/,
    ),
    expect.stringMatching(/eventDay=20261123/),
  ])
  expect(await verified()).toMatchObject({ objects: 2, events: 5, instances: 1, findings: [] })
})

it('delivers below one folder, which is left out of what is watched', () => {
  for (const line of chainOf('one', 1)) delivery.logged(line)
  delivery.close()
  for (const file of files()) expect(join(folder, file)).toContain(`${deliveredBelow(folder)}/`)
  expect(files()).toHaveLength(1)
})

it('delivers nothing else that functions log', () => {
  const [line = ''] = chainOf('one', 1)
  for (const other of [
    '',
    'class_uid',
    '"class_uid":6003',
    '{"class_uid":6004}',
    `${line}}`,
    '[6003]',
    '"\\"class_uid\\""',
  ])
    delivery.logged(other)
  delivery.close()
  expect(files()).toEqual([])
})

it('writes a line byte for byte, whatever is in it', async () => {
  const lines = chainOf('one', 2).map(line => line.replace('GET /deals', 'GET /\u2028é\\u0000😀'))
  delivery.logged(String(lines[0]))
  delivery.close()
  expect(await verified()).toMatchObject({ events: 1, findings: [] })
})

it('warns of what it cannot write, and writes it with what comes next', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const [one = '', two = ''] = chainOf('one', 2)
  writeFileSync(join(folder, 'region=eu-west-1'), 'in the way')
  delivery.logged(one)
  vi.advanceTimersByTime(2000)
  expect(warn).toHaveBeenCalledOnce()
  rmSync(join(folder, 'region=eu-west-1'))
  delivery.logged(two)
  vi.advanceTimersByTime(2000)
  expect(await verified()).toMatchObject({ objects: 1, events: 2, findings: [] })
  warn.mockRestore()
})

it('refuses an address, of which it would make a folder', () => {
  for (const place of ['s3://bucket/trail', 'https://example.com'])
    expect(() => startDelivery({ folder: place })).toThrow(/no folder\n {2}fix: name one/)
})

it('refuses a folder that cannot be one', () => {
  writeFileSync(join(root, 'file'), '')
  for (const place of ['file', 'file/below'])
    expect(() => startDelivery({ folder: join(root, place) })).toThrow(UsageError)
})
