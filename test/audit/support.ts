import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { isOf, type Trail } from '../../audit/trail.ts'
import { createAudit } from '../../functions/runtime/audit.ts'
import { auditKey, usualFacts } from '../support/audit-facts.ts'

/** Objects by name, as they are stored. */
export type Objects = ReadonlyMap<string, Buffer>

export const start = Date.UTC(2026, 10, 22, 10)

/** The id of the instance that {@link chainOf} calls so. */
export const idOf = (instance: string): string => Buffer.from(instance).toString('hex')

/** The lines of one instance as functions write them, a second apart. */
export function chainOf(instance: string, count: number): string[] {
  const audit = createAudit({ api: 'Api', key: auditKey, random: () => Buffer.from(instance) })
  return Array.from({ length: count }, (_, n) => audit.line({ ...usualFacts, time: start + (n + 1) * 1000 }))
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
