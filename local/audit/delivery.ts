import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { auditSchema } from '../../contract/audit-event.ts'
import { place } from '../template/intrinsics.ts'
import { UsageError } from '../usage-error.ts'

/** What Firehose is to a deployed trail. */
export interface Delivery {
  /** Takes in a line that a function logged; those that are no audit events are passed over. */
  readonly logged: (line: string) => void
  /** Delivers what it still holds. */
  readonly close: () => void
}

/** The folder below which all is delivered: what changes there is no change of an app. */
export const deliveredBelow = (folder: string): string => join(folder, `region=${place.region}`)

interface DeliveryOptions {
  /** Where objects are written, made if it is not there. */
  readonly folder: string
  /** How long events wait for others at most. AWS waits a minute or more; whoever tries it out does not. @default 2000 */
  readonly bufferMs?: number
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number
}

/**
 * Delivers audit events into a folder as Firehose does into the trail's bucket: gzip, a line each, by region, account and day. Throws a
 * {@link UsageError} where nothing can be written.
 */
export function startDelivery({ folder, bufferMs = 2000, now = Date.now }: DeliveryOptions): Delivery {
  // It would be made as a folder of this name.
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(folder))
    throw new UsageError(`--audit ${folder}: no folder\n  fix: name one; nothing is sent from here`)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`--audit ${folder}: no folder can be there (${code})\n  fix: name another one`)
  }
  let held: string[] = []
  let timer: NodeJS.Timeout | undefined

  function deliver(): void {
    clearTimeout(timer)
    timer = undefined
    if (held.length === 0) return
    try {
      write()
      held = []
    } catch (error) {
      // The API is served nevertheless, and what is held is tried again with the next event.
      process.emitWarning(`audit events are not written: ${(error as Error).message}`, {
        type: 'LocalCloudFault',
      })
    }
  }

  function write(): void {
    const [day = '', time = ''] = new Date(now()).toISOString().split(/[T.]/)
    const of = join(
      deliveredBelow(folder),
      `accountId=${place.account}`,
      `eventDay=${day.replaceAll('-', '')}`,
    )
    const name = `sallyport-dev-1-${day}-${time.replaceAll(':', '-')}-${randomUUID()}.json.gz`
    mkdirSync(of, { recursive: true })
    // Whoever verifies meanwhile finds the whole object, or none.
    const draft = join(of, `.${name}`)
    writeFileSync(draft, gzipSync(held.map(line => `${line}\n`).join('')))
    renameSync(draft, join(of, name))
  }

  return {
    logged(line) {
      if (!isAuditEvent(line)) return
      held.push(line)
      timer ??= setTimeout(deliver, bufferMs)
    },
    close: deliver,
  }
}

/** As the subscription's filter has it: `{ $.class_uid = 6003 }`. */
function isAuditEvent(line: string): boolean {
  // Most lines are something else, and not worth parsing.
  if (!line.includes('"class_uid"')) return false
  try {
    return Object(JSON.parse(line)).class_uid === auditSchema.classUid
  } catch {
    return false
  }
}
