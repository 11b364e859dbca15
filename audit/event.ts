import { auditSchema } from '../contract/audit-event.ts'
import { ManifestError } from '../contract/decode.ts'
import { readAuditEvent } from '../contract/read-audit-event.ts'
import type { Link } from './chain.ts'

/** A line that is no event of a trail. The message names the member, and nothing of what it says. */
export class EventError extends Error {
  override readonly name = 'EventError'
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// What is held for each is not to be of any size, whoever wrote the line.
const instanceIn = /^([\w-]{1,64})-\d+$/
const detailMax = 200

/** An event of the version that this package writes is read member by member; of any other, what the chain is made of. Throws an {@link EventError}. */
export function readLink(line: Uint8Array): Link {
  const event = parse(line)
  const { version } = Object(event.metadata) as Record<string, unknown>
  const link = linkOf(event)
  // A trail outlives the versions that wrote it.
  if (version === auditSchema.version) readStrictly(event)
  return link
}

function linkOf(event: Record<string, unknown>): Link {
  const { version, uid, sequence } = Object(event.metadata) as Record<string, unknown>
  const { previous } = Object(event.unmapped) as Record<string, unknown>
  const [, instance = ''] = (typeof uid === 'string' && instanceIn.exec(uid)) || []
  const wrong = [
    ['class_uid', event.class_uid === auditSchema.classUid],
    ['metadata.version', typeof version === 'string'],
    ['metadata.sequence', Number.isSafeInteger(sequence) && (sequence as number) >= 1],
    ['metadata.uid', instance !== '' && uid === `${instance}-${sequence}`],
    // A Date goes no further (ECMA-262 §21.4.1.1).
    ['time', Number.isSafeInteger(event.time) && Math.abs(event.time as number) <= 8.64e15],
    ['unmapped.previous', typeof previous === 'string' && /^(?:[\w-]{43})?$/.test(previous)],
  ].find(([, isRight]) => !isRight)
  if (wrong) throw new EventError(`${wrong[0]} is not what an event has there`)
  return {
    instance,
    sequence: sequence as number,
    previous: previous as string,
    time: event.time as number,
  }
}

function readStrictly(event: unknown): void {
  try {
    readAuditEvent(event)
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    throw new EventError(error.message.replace(/^manifest event(?:\.|: )?/, '').slice(0, detailMax))
  }
}

function parse(line: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(utf8.decode(line)))
  } catch {
    throw new EventError('not JSON')
  }
}
