import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { verifyTrail } from '../../audit/verify.ts'
import { chainOf, idOf, nameOf, type Objects, objectsOf, packed, trailOf, unpacked } from './support.ts'

/** The chains of some instances, in objects of some lines; order and copies as a delivery may give them. */
const delivery = fc
  .record({
    lengths: fc.array(fc.integer({ min: 3, max: 30 }), { minLength: 1, maxLength: 5 }),
    perObject: fc.integer({ min: 2, max: 12 }),
    // Later than in order by so many places at most.
    delays: fc.array(fc.nat(40), { minLength: 1, maxLength: 30 }),
    copies: fc.array(fc.nat(), { maxLength: 4 }),
    pieceBytes: fc.constantFrom(100, 1024),
  })
  .map(({ lengths, perObject, delays, copies, pieceBytes }) => {
    const sent = lengths
      .flatMap((length, i) =>
        chainOf(`inst-${i}`, length).map((line, n) => ({ line, at: n + (delays[n % delays.length] ?? 0) })),
      )
      .sort((a, b) => a.at - b.at)
      .map(({ line }) => line)
    const lines = [...sent, ...copies.map(copy => sent[copy % sent.length] as string)]
    const parts = Array.from({ length: Math.ceil(lines.length / perObject) }, (_, i) =>
      lines.slice(i * perObject, (i + 1) * perObject),
    )
    return { objects: objectsOf(parts), events: sent.length, instances: lengths.length, copies, pieceBytes }
  })

const runs = { numRuns: 12 }
const kinds = async (objects: Objects) =>
  (await verifyTrail(trailOf(objects))).findings.map(({ kind }) => kind)

it('finds nothing in a trail that nobody touched, whatever its order, and counts what came twice', async () => {
  await fc.assert(
    fc.asyncProperty(delivery, async ({ objects, events, instances, copies, pieceBytes }) => {
      // So little is remembered that copies are looked up by reading again.
      for (const recent of [65_536, 2]) {
        const report = await verifyTrail(trailOf(objects, pieceBytes), {}, { recent })
        expect(report).toMatchObject({ events, instances, duplicates: copies.length, findings: [] })
      }
    }),
    runs,
  )
})

/** An object, and a line of it that is not an instance's last: of that one no other event says anything. */
const changing = fc.tuple(delivery, fc.nat(), fc.nat())

function chosen(objects: Objects, object: number, line: number) {
  const name = [...objects.keys()][object % objects.size] as string
  const lines = unpacked(objects.get(name) as Buffer)
  const index = line % lines.length
  return { name, lines, index, text: lines[index] as string }
}

const identity = (text: string) => JSON.parse(text).metadata as { uid: string; sequence: number }
const uids = (objects: Objects) => [...objects.values()].flatMap(unpacked).map(text => identity(text).uid)
const isLast = (objects: Objects, text: string) => {
  const { uid, sequence } = identity(text)
  return !uids(objects).includes(uid.replace(/\d+$/, String(sequence + 1)))
}
const isCopied = (objects: Objects, text: string) =>
  uids(objects).filter(uid => uid === identity(text).uid).length > 1

const changes: ReadonlyArray<readonly [string, (line: string) => string]> = [
  ['a value', line => line.replace('203.0.113.7', '203.0.113.8')],
  ['a space', line => line.replace(',', ', ')],
  [
    'an order of members',
    line => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).reverse())),
  ],
  ['a space at the end', line => `${line} `],
  ['a carriage return', line => `${line}\r`],
  ['a member twice', line => line.replace('{', '{"time":0,')],
]

it.each(changes)('finds %s that was changed, and says where', async (_, change) => {
  await fc.assert(
    fc.asyncProperty(changing, async ([{ objects }, object, line]) => {
      const { name, lines, index, text } = chosen(objects, object, line)
      fc.pre(!isLast(objects, text))
      const changed = new Map(objects).set(name, packed(lines.with(index, change(text))))
      const { findings } = await verifyTrail(trailOf(changed))
      const { uid, sequence } = identity(text)
      const [{ kind } = { kind: null }] = findings
      if (isCopied(objects, text)) expect(['altered', 'conflicting']).toContain(kind)
      else {
        const altered = findings.find(group => group.kind === 'altered')?.findings ?? []
        expect(altered).toContainEqual(
          expect.objectContaining({
            instance: uid.slice(0, uid.lastIndexOf('-')),
            first: sequence,
            last: sequence + 1,
          }),
        )
        const [{ object: after, detail } = { object: '', detail: '' }] = altered
        expect(`${after} ${detail}`).toContain(name)
      }
    }),
    runs,
  )
})

it('finds a line that was removed, wherever it stood before the last', async () => {
  await fc.assert(
    fc.asyncProperty(changing, async ([{ objects }, object, line]) => {
      const { name, lines, index, text } = chosen(objects, object, line)
      fc.pre(!isLast(objects, text) && !isCopied(objects, text) && lines.length > 1)
      const { sequence } = identity(text)
      const { findings } = await verifyTrail(
        trailOf(new Map(objects).set(name, packed(lines.toSpliced(index, 1)))),
      )
      expect(findings.map(({ kind }) => kind)).toEqual([sequence === 1 ? 'beginning' : 'missing'])
      expect(findings[0]?.findings).toEqual([expect.objectContaining({ first: sequence, last: sequence })])
    }),
    runs,
  )
})

it('finds an object that was removed, or replaced by another, as long as later events are left', async () => {
  await fc.assert(
    fc.asyncProperty(delivery, fc.nat(), fc.nat(), async ({ objects }, one, two) => {
      const { name } = chosen(objects, one, 0)
      const other = chosen(objects, two, 0)
      fc.pre(name !== other.name)
      const without = new Map(objects)
      without.delete(name)
      const left = uids(without)
      const wasLost = unpacked(objects.get(name) as Buffer).filter(text => !left.includes(identity(text).uid))
      const isNoticed = wasLost.some(text => {
        const { uid, sequence } = identity(text)
        const instance = uid.slice(0, uid.lastIndexOf('-'))
        return left.some(each => {
          const at = each.lastIndexOf('-')
          return each.slice(0, at) === instance && Number(each.slice(at + 1)) > sequence
        })
      })
      fc.pre(isNoticed)
      for (const tampered of [without, new Map(objects).set(name, objects.get(other.name) as Buffer)])
        expect((await kinds(tampered)).some(kind => kind === 'missing' || kind === 'beginning')).toBe(true)
    }),
    runs,
  )
})

it('finds two events that exchanged their numbers', async () => {
  const lines = chainOf('inst-0', 9)
  const [three = '', six = ''] = [lines[2], lines[5]]
  const as = (text: string, sequence: number) =>
    text
      .replace(/"sequence":\d+/, `"sequence":${sequence}`)
      .replace(/"uid":"(\w+)-\d+","seq/, `"uid":"$1-${sequence}","seq`)
  const swapped = lines.with(2, as(six, 3)).with(5, as(three, 6))
  expect(await kinds(objectsOf([swapped]))).toEqual(['altered'])
  // Two lines that only stand in another order are the same events.
  expect(await kinds(objectsOf([lines.with(2, six).with(5, three)]))).toEqual([])
})

it('finds an event that was put between others, and one that came again with a change, near and far', async () => {
  const lines = chainOf('inst-0', 9)
  const forged = (lines[3] as string).replace('203.0.113.7', '203.0.113.8')
  for (const at of [2, 4, 9])
    for (const recent of [65_536, 1]) {
      const objects = objectsOf(
        [lines.slice(0, at), [forged], lines.slice(at)].filter(part => part.length > 0),
      )
      const { findings } = await verifyTrail(trailOf(objects), {}, { recent })
      expect(findings.map(({ kind }) => kind)).toContain('conflicting')
      expect(findings.at(-1)?.findings[0]).toMatchObject({ instance: idOf('inst-0'), first: 4, last: 4 })
    }
})

it('finds an instance of which the first events are missing, unless they are before the days that were asked for', async () => {
  const lines = chainOf('inst-0', 9).slice(4)
  const objects = objectsOf([lines])
  const report = await verifyTrail(trailOf(objects))
  expect(report.findings).toEqual([
    expect.objectContaining({
      kind: 'beginning',
      findings: [expect.objectContaining({ first: 1, last: 4, object: nameOf(0), line: 1 })],
    }),
  ])
  expect(await verifyTrail(trailOf(objects), { from: '20261122' })).toMatchObject({
    begunBefore: 1,
    findings: [],
  })
  expect(await verifyTrail(trailOf(objects), { to: '20261122' })).toMatchObject({
    begunBefore: 0,
    findings: [{}],
  })
})

it('finds a first event that says that another was before it', async () => {
  const [first = '', ...others] = chainOf('inst-0', 3)
  const changed = first.replace('"previous":""', `"previous":"${'A'.repeat(43)}"`)
  const { findings } = await verifyTrail(trailOf(objectsOf([[changed, ...others]])))
  expect(findings[0]?.findings.map(({ first: from, last }) => [from, last])).toEqual([
    [1, 1],
    [1, 2],
  ])
})

it('reads no other days than those asked for, and what has no day always', async () => {
  const objects = new Map([
    [nameOf(0, '20261121'), packed(chainOf('before', 2))],
    [nameOf(1, '20261122'), packed(chainOf('then', 3))],
    [nameOf(2, '20261123'), packed(chainOf('after', 4))],
    ['audit/elsewhere.json.gz', packed(chainOf('undated', 1))],
  ])
  const of = async (days: { from?: string; to?: string }) =>
    (await verifyTrail(trailOf(objects), days)).events
  expect(await of({})).toBe(10)
  expect(await of({ from: '20261122' })).toBe(8)
  expect(await of({ to: '20261122' })).toBe(6)
  expect(await of({ from: '20261122', to: '20261122' })).toBe(4)
})

const broken: ReadonlyArray<readonly [string, (object: Buffer) => Buffer, RegExp]> = [
  ['cut off', object => object.subarray(0, object.length - 20), /^cut off or changed/],
  ['cut off in its header', object => object.subarray(0, 8), /^cut off or changed/],
  ['without its checksum', object => object.subarray(0, object.length - 8), /^cut off or changed/],
  ['changed by a bit of its checksum', object => changedAt(object, object.length - 6), /^cut off or changed/],
  ['longer than it was', object => Buffer.concat([object, Buffer.from('{}')]), /^cut off or changed/],
  ['empty', () => Buffer.alloc(0), /^empty$/],
  ['of nothing but gzip', () => packed([]), /^holds no event$/],
  ['a picture', () => Buffer.from('\x89PNG\r\n'), /^neither gzip nor lines of JSON$/],
  [
    'one line without an end',
    () => packed([`{"a":"${'x'.repeat(1024 * 1024)}`]),
    /^line 1 is longer than 1 MiB$/,
  ],
]

const changedAt = (object: Buffer, at: number) => Buffer.from(object.with(at, (object[at] ?? 0) ^ 1))

it.each(broken)(
  'finds an object that is %s, by its name, and reads the others',
  async (_, breaking, words) => {
    const [one, two, three] = [1, 2, 3].map(n => chainOf(`inst-${n}`, 20)) as [string[], string[], string[]]
    const objects = objectsOf([one, two, three])
    const tampered = objects.set(nameOf(1), Buffer.from(breaking(objects.get(nameOf(1)) as Buffer)))
    const { events, findings } = await verifyTrail(trailOf(tampered))
    expect(findings.map(({ kind }) => kind)).toEqual(['unreadableObject'])
    expect(findings[0]?.findings[0]).toMatchObject({
      object: nameOf(1),
      detail: expect.stringMatching(words),
    })
    expect(events).toBeGreaterThanOrEqual(40)
  },
)

it('finds what Firehose could not deliver, and takes it for no part of the trail', async () => {
  const name = 'errors/processing-failed/eventDay=20261122/Api-1-2026-11-22-10-00-00-x'
  const objects = objectsOf([chainOf('one', 3)]).set(name, packed(['{"errorCode":"x","rawData":"eA=="}']))
  const { events, findings } = await verifyTrail(trailOf(objects))
  expect(events).toBe(3)
  expect(findings.map(({ kind, findings: [first] }) => [kind, first?.object])).toEqual([
    ['undelivered', name],
  ])
})

it('reads an object that was stored without gzip, with or without an end of its last line, and empty lines', async () => {
  const text = chainOf('inst-0', 5).join('\n\n')
  for (const stored of [text, `${text}\n`, `\n${text}\n\n`])
    expect(await verifyTrail(trailOf(new Map([['x.json', Buffer.from(stored)]])))).toMatchObject({
      events: 5,
      findings: [],
    })
})

const noEvents: ReadonlyArray<readonly [string, (line: string) => string | Buffer]> = [
  ['no JSON', () => '{"a'],
  ['no object', () => '[1]'],
  ['of a member that no event has', line => line.replace('{', '{"body":"a secret",')],
  ['a yes with a reason', line => line.replace('"action_id":1', '"status_detail":"x","action_id":1')],
  ['of another class', line => line.replace('"class_uid":6003', '"class_uid":6004')],
  ['of an instance without a name', line => line.replace(`"uid":"${idOf('inst-0')}-2"`, '"uid":"-2"')],
  ['of two numbers', line => line.replace('"sequence":2', '"sequence":3')],
  [
    'of number 0',
    line =>
      line.replace('"sequence":2', '"sequence":0').replace(`${idOf('inst-0')}-2`, `${idOf('inst-0')}-0`),
  ],
  ['of a time that is none', line => line.replace(/"time":\d+/, '"time":9e15')],
  ['without the hash of the line before', line => line.replace('"previous"', '"before"')],
  [
    'of bytes that are no UTF-8',
    line => Buffer.concat([Buffer.from(line.slice(0, -2)), Buffer.from([0xff, 0x7d])]),
  ],
]

it.each(noEvents)('finds a line that is %s, and repeats nothing of it', async (_, change) => {
  const [one = '', two = '', three = ''] = chainOf('inst-0', 3)
  const end = Buffer.from('\n')
  const changed = Buffer.concat([one, change(two), three].flatMap(line => [Buffer.from(line), end]))
  const { events, findings } = await verifyTrail(trailOf(new Map([['x.json', changed]])))
  expect(events).toBe(2)
  expect(findings.map(({ kind }) => kind)).toEqual(['missing', 'unreadableEvent'])
  expect(findings[1]?.findings[0]).toMatchObject({ object: 'x.json', line: 2 })
  expect(findings[1]?.findings[0]?.detail).toMatch(
    /^(?:not JSON|[\w.]+ is not what an event has there|expected no member "body"|[\w.]+: expected [\w ]+)$/,
  )
})

it('reads lines that end anywhere in a piece, down to pieces of one byte', async () => {
  const objects = objectsOf([chainOf('inst-0', 3)])
  for (const pieceBytes of [1, 2, 3, 7])
    for (const stored of [objects.get(nameOf(0)) as Buffer, Buffer.from(chainOf('inst-0', 3).join('\n'))])
      expect(await verifyTrail(trailOf(new Map([['x', stored]]), pieceBytes))).toMatchObject({
        events: 3,
        findings: [],
      })
})

it('takes an instance of 64 characters, and none of 65', async () => {
  const named = async (instance: string) => {
    const [line = ''] = chainOf('one', 1)
    const { events, findings } = await verifyTrail(
      trailOf(objectsOf([[line.replace(`${idOf('one')}-1`, `${instance}-1`)]])),
    )
    return [events, findings[0]?.findings[0]?.detail]
  }
  expect(await named('i'.repeat(64))).toEqual([1, undefined])
  expect(await named('i'.repeat(65))).toEqual([0, 'metadata.uid is not what an event has there'])
})

it('repeats no more than 200 characters of a name that no event has', async () => {
  const [line = ''] = chainOf('one', 1)
  const objects = objectsOf([[line.replace('{', `{"${'x'.repeat(10_000)}":1,`)]])
  const { findings } = await verifyTrail(trailOf(objects))
  expect(findings[0]?.findings[0]?.detail).toHaveLength(200)
})

it('reads by its chain alone what another version of the schema wrote, as a trail outlives versions', async () => {
  const other = (line: string) =>
    line.replace('"version":"1.6.0"', '"version":"1.9.0"').replace('{', '{"later":1,')
  const [one = '', two = ''] = chainOf('inst-0', 2).map(other)
  const chained = two.replace(/"previous":"[^"]+"/, `"previous":"${hash('sha256', one, 'base64url')}"`)
  expect(await verifyTrail(trailOf(objectsOf([[one, chained]])))).toMatchObject({ events: 2, findings: [] })
  expect(await kinds(objectsOf([[one, two]]))).toEqual(['altered'])
})
