import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openFolder } from '../../audit/folder.ts'
import { verifyTrail } from '../../audit/verify.ts'
import { startDelivery } from '../../local/audit/delivery.ts'
import { packed, unpacked } from '../audit/support.ts'
import { startDealDesk } from '../support/deal-desk.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-trail-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const requests = 6
beforeAll(async () => {
  const delivery = startDelivery({ folder })
  const desk = await startDealDesk({ onLog: line => delivery.logged(line) })
  const token = await desk.mint({ scope: 'deals:read' })
  const answers: number[] = []
  for (let i = 0; i < requests / 2; i += 1)
    for (const shown of [token, 'none']) answers.push((await desk.call('/deals', { token: shown })).status)
  await desk.close()
  delivery.close()
  expect(answers).toEqual([200, 401, 200, 401, 200, 401])
})

it('what the example’s doors write of six requests is six events of two instances, and verifies', async () => {
  expect(await verifyTrail(openFolder(folder))).toMatchObject({
    events: requests,
    instances: 2,
    duplicates: 0,
    findings: [],
  })
})

it('a refusal that was made a yes in it is found', async () => {
  const [name = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(each =>
    each.endsWith('.gz'),
  )
  const file = join(folder, name)
  const lines = unpacked(readFileSync(file))
  const index = lines.findIndex(line => line.includes('"status_detail"'))
  const changed = (lines[index] as string)
    .replace(/"status_detail":"[^"]+",/, '')
    .replace('"action_id":2', '"action_id":1')
    .replace('"disposition_id":2', '"disposition_id":1')
    .replace(/"severity_id":[234]/, '"severity_id":1')
  writeFileSync(file, packed(lines.with(index, changed)))
  const { findings } = await verifyTrail(openFolder(folder))
  expect(findings.map(({ kind }) => kind)).toEqual(['altered'])
})
