import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { isOf, type Trail } from '../../audit/trail.ts'
import type { AuditEvent } from '../../contract/audit-event.ts'

/** Objects by name, as they are stored. */
export type Objects = ReadonlyMap<string, Buffer>

/** An event as functions write it. */
export function eventOf(instance: string, sequence: number, previous: string, time: number): AuditEvent {
  return {
    activity_id: 2,
    activity_name: 'Read',
    category_uid: 6,
    class_uid: 6003,
    type_uid: 600302,
    severity_id: 1,
    time,
    duration: 12,
    status_id: 1,
    status_code: '200',
    action_id: 1,
    disposition_id: 1,
    metadata: {
      version: '1.5.0',
      profiles: ['security_control'],
      product: { name: 'Sallyport', vendor_name: 'Sallyport' },
      uid: `${instance}-${sequence}`,
      sequence,
      log_name: 'deals',
    },
    api: {
      operation: 'GET /deals/{dealId}',
      service: { name: 'Api' },
      request: { uid: `r-${sequence}` },
      response: { code: 200 },
    },
    actor: { user: { uid: 'hmac', type_id: 1, type: 'User' } },
    src_endpoint: { ip: '192.0.2.1' },
    http_request: { http_method: 'GET' },
    http_response: { code: 200 },
    unmapped: { previous },
  }
}

export const start = Date.UTC(2026, 10, 22, 10)

/** The lines of one instance, a second apart, each with the hash of the one before. */
export function chainOf(instance: string, count: number): string[] {
  const lines: string[] = []
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const previous = lines.length > 0 ? hash('sha256', lines.at(-1) as string, 'base64url') : ''
    lines.push(JSON.stringify(eventOf(instance, sequence, previous, start + sequence * 1000)))
  }
  return lines
}

export const nameOf = (index: number, day = '20261122'): string =>
  `audit/region=eu-west-1/accountId=111122223333/eventDay=${day}/Api-1-2026-11-22-10-${String(index).padStart(6, '0')}.json.gz`

/** Lines, object by object, as Firehose stores them. */
export const objectsOf = (parts: readonly (readonly string[])[]): Map<string, Buffer> =>
  new Map(parts.map((lines, index) => [nameOf(index), packed(lines)]))

export const packed = (lines: readonly string[]): Buffer =>
  gzipSync(lines.map(line => `${line}\n`).join(''), { level: 1 })
export const unpacked = (object: Buffer): string[] => gunzipSync(object).toString().trimEnd().split('\n')

/** Objects that are held in memory, handed out in pieces. */
export const trailOf = (objects: Objects, pieceBytes = 1024): Trail => ({
  async *objects(days) {
    for (const name of [...objects.keys()].sort().filter(each => isOf(days, each)))
      yield {
        name,
        read: async () =>
          (async function* () {
            const bytes = objects.get(name) as Buffer
            for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
          })(),
      }
  },
})

const folders: string[] = []

export function writeFolder(objects: Objects): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-trail-'))
  folders.push(folder)
  for (const [name, bytes] of objects) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
