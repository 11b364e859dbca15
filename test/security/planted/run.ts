import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { openControls } from 'sallyport/controls'
import { vi } from 'vitest'
import { type AuditEvent, auditSchema } from '../../../contract/audit-event.ts'
import { readAuditEvent } from '../../../contract/read-audit-event.ts'
import { stateTable } from '../../../contract/state.ts'
import { startCloud } from '../../../local/cloud.ts'
import { readApp } from '../../../local/template/app.ts'
import {
  createSigningKey,
  issuerName,
  signToken,
  startAuthority,
} from '../../functions/authorizer/authority.ts'
import { createAssemblies } from '../../local/assemblies.ts'
import { createTestAuthority } from '../../support/certificates.ts'
import { startRecorder } from '../../support/deal-desk.ts'
import { bundleFunction } from '../../support/orders/bundle.ts'
import { certificateSecret, deafIssuer, declare, origins, storeless } from './declare.ts'
import { Secrets } from './secrets.ts'
import { sendAll } from './send.ts'

/** What was written while all of it was sent, and every secret that was in reach. */
export interface Planted {
  readonly secrets: Secrets
  /** Each line of each function: metrics, events and log lines. */
  readonly lines: readonly string[]
  readonly accessLog: readonly string[]
  /** What the tables hold, without the key they hash by. */
  readonly stored: string
  readonly events: readonly AuditEvent[]
}

/** Runs the API of declare.ts with an audit trail, sends it everything of send.ts, and stops it. */
export async function runPlanted(): Promise<Planted> {
  const secrets = new Secrets()
  const assemblies = createAssemblies()
  const code = mkdtempSync(join(tmpdir(), 'sallyport-planted-'))
  const undo: Array<() => unknown> = [assemblies.remove, () => rmSync(code, { recursive: true, force: true })]
  try {
    const [signing, stranger, ca] = await Promise.all([
      createSigningKey('key'),
      createSigningKey('key'),
      createTestAuthority('Clients'),
      bundleFunction(code, 'esm'),
    ])
    const [authority, deaf, upstream, certificate] = await Promise.all([
      startAuthority(signing),
      startAuthority(),
      startRecorder(),
      ca.sign({ of: 'client', names: ['gate'] }),
    ])
    undo.push(authority.close, deaf.close, upstream.close)
    deaf.behave(response => response.destroy())
    keepPem(secrets, 'the certificate that the gate shows', certificate.certificate)
    keepPem(secrets, 'the key of that certificate', certificate.privateKey)
    // What the local cloud takes every caller to have shown, and what it gives functions.
    secrets.keep("the caller's certificate", 'caller.localhost')
    secrets.keep('a certificate or a key', '-----BEGIN')
    secrets.keep('credentials of a function', 'LOCALLOCALLOCALLOCAL')
    // The writer asks for 32 characters at least.
    const auditKey = `${secrets.make('the key of the audit trail')}${secrets.make('its other half')}`

    const assembly = assemblies.synthesize(stack => declare(stack, code))
    takeTable(assembly, storeless)
    const generated = readApp(assembly).secrets.find(secret => secret.generated)
    if (!generated) throw new Error('the audit trail has no key')
    const [lines, accessLog]: [string[], string[]] = [[], []]
    const cloud = await startCloud({
      assembly,
      upstreams: { [origins.inner]: upstream.origin, [origins.certified]: upstream.origin },
      issuers: { [issuerName]: authority.origin, [deafIssuer]: deaf.origin },
      secrets: { [certificateSecret]: JSON.stringify(certificate), [generated.path]: auditKey },
      onLog: line => lines.push(line),
      onRequest: (_, line) => accessLog.push(line),
    })
    undo.push(cloud.close)

    const client = new DynamoDBClient({
      endpoint: cloud.dynamodb,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    undo.push(() => client.destroy())
    const sent = await sendAll({
      url: cloud.url,
      secrets,
      upstream,
      sign: claims => signToken(signing, claims),
      forge: claims => signToken(stranger, claims),
      quarantine: async subject => {
        const [table = ''] = cloud.tables()
        await openControls({ table, by: 'ops', client }).quarantine(
          { issuer: issuerName, subject },
          { until: new Date(Date.now() + 3_600_000), why: 'a test' },
        )
      },
    })
    // A function's lines arrive by a way of their own.
    await vi.waitUntil(() => eventsIn(lines).length >= sent.events && accessLog.length >= sent.requests, {
      timeout: 10_000,
    })
    const items = (await Promise.all(cloud.tables().map(cloud.scan))).flat()
    return {
      secrets,
      lines,
      accessLog,
      stored: JSON.stringify(items.map(item => keepHashKey(secrets, item))),
      events: eventsIn(lines),
    }
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

export const isEvent = (line: string): boolean => line.includes(`"class_uid":${auditSchema.classUid}`)

const eventsIn = (lines: readonly string[]): AuditEvent[] =>
  lines.filter(isEvent).map(line => readAuditEvent(JSON.parse(line)))

/** Leads a gate to a table that does not exist. */
function takeTable(assembly: string, gate: string): void {
  for (const folder of readdirSync(assembly).filter(name => name.startsWith('asset.'))) {
    const file = join(assembly, folder, 'manifest.json')
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
    if (manifest.gate !== gate) continue
    writeFileSync(file, JSON.stringify({ ...manifest, state: { ...manifest.state, table: 'missing' } }))
  }
}

/** Line by line, since it may be written down as one or as several. */
function keepPem(secrets: Secrets, what: string, pem: string): void {
  for (const line of pem.split('\n')) if (/^[\w+/=]{40,}$/.test(line)) secrets.keep(what, line)
  if (!pem.includes('CERTIFICATE')) return
  const { subject, serialNumber, fingerprint256 } = new X509Certificate(pem)
  for (const value of [subject, serialNumber, fingerprint256]) secrets.keep(`${what}: what it says`, value)
}

function keepHashKey(secrets: Secrets, item: Record<string, unknown>): Record<string, unknown> {
  const { [stateTable.hashKey]: key, ...others } = item
  const { B: bytes } = Object(key) as { B?: string | Uint8Array }
  if (bytes === undefined) return item
  const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.from(bytes)
  for (const encoding of ['base64', 'base64url', 'hex'] as const)
    secrets.keep(`the key of the state table in ${encoding}`, raw.toString(encoding))
  return others
}
