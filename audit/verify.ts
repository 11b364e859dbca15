import { hash } from 'node:crypto'
import { readAhead } from './ahead.ts'
import { createChains } from './chain.ts'
import { createDuplicates } from './duplicates.ts'
import { EventError, readLink } from './event.ts'
import { createFindings, type FindingGroup, type Findings } from './findings.ts'
import { ObjectError, readLines } from './lines.ts'
import { type Days, isUndelivered, type Trail, type TrailObject } from './trail.ts'

// Objects that are asked for while another is read.
const ahead = 8

/** What was read, and what is wrong with it. */
export interface Report {
  readonly objects: number
  /** As they are stored. */
  readonly bytes: number
  /** Without those that were there again. */
  readonly events: number
  /** Of the events, ISO 8601; null when there are none. */
  readonly earliest: string | null
  readonly latest: string | null
  readonly instances: number
  /** Instances whose first events are before the days that were asked for. */
  readonly begunBefore: number
  /** Events that were there again, byte for byte. */
  readonly duplicates: number
  readonly findings: readonly FindingGroup[]
}

/**
 * Reads a trail from end to end, and once more when events come again far from where they were first. What it holds grows with instances, gaps and
 * duplicates, not with events: see docs/audit-verify.md.
 */
export async function verifyTrail(
  trail: Trail,
  days: Days = {},
  remembered: { readonly recent?: number; readonly late?: number } = {},
): Promise<Report> {
  const findings = createFindings()
  const chains = createChains(findings)
  const duplicates = createDuplicates(findings, remembered)
  let [objects, bytes, events] = [0, 0, 0]
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

  const delivered = readAhead(deliveredOf(trail, days, findings), ahead)
  for await (const { name: object, read } of delivered) {
    objects += 1
    let lines = 0
    try {
      await readLines(
        counted(await read(), size => (bytes += size)),
        (bytesOfLine, line) => {
          lines += 1
          const place = { object, line }
          try {
            const link = readLink(bytesOfLine)
            const own = hash('sha256', bytesOfLine, 'base64url')
            if (!chains.add(link, own, place)) return duplicates.again(link, own, place)
            duplicates.first(link, own)
            events += 1
            earliest = Math.min(earliest, link.time)
            latest = Math.max(latest, link.time)
          } catch (error) {
            if (!(error instanceof EventError)) throw error
            findings.add({ kind: 'unreadableEvent', ...place, detail: error.message })
          }
        },
      )
      if (lines === 0) findings.add({ kind: 'unreadableObject', object, detail: 'holds no event' })
    } catch (error) {
      if (!(error instanceof ObjectError)) throw error
      findings.add({ kind: 'unreadableObject', object, detail: error.message })
    }
  }
  if (duplicates.open() > 0) await readAgain(trail, days, duplicates)
  if (duplicates.open() > 0)
    findings.add({ kind: 'uncompared', detail: `${duplicates.open()} were not there at the second reading` })
  const ends = chains.finish(days.from !== undefined)
  const text = (ms: number) => (events > 0 ? new Date(ms).toISOString() : null)
  return {
    objects,
    bytes,
    events,
    earliest: text(earliest),
    latest: text(latest),
    ...ends,
    duplicates: duplicates.count(),
    findings: findings.groups(),
  }
}

/** What was failed on is none of the trail. */
async function* deliveredOf(trail: Trail, days: Days, findings: Findings): AsyncGenerator<TrailObject> {
  for await (const object of trail.objects(days, findings)) {
    if (!isUndelivered(object.name)) yield object
    else findings.add({ kind: 'undelivered', object: object.name, detail: 'its folder names the failure' })
  }
}

/** In the same order as before, so the first of each number is the one that the chain was followed by. */
async function readAgain(
  trail: Trail,
  days: Days,
  duplicates: ReturnType<typeof createDuplicates>,
): Promise<void> {
  for await (const { read } of readAhead(deliveredOf(trail, days, createFindings()), ahead)) {
    try {
      await readLines(await read(), line => {
        try {
          duplicates.reread(readLink(line), hash('sha256', line, 'base64url'))
        } catch (error) {
          if (!(error instanceof EventError)) throw error
        }
      })
    } catch (error) {
      // Of these it was said at the first reading.
      if (!(error instanceof ObjectError)) throw error
    }
    if (duplicates.open() === 0) return
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  count: (size: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.length)
    yield chunk
  }
}
