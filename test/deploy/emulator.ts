import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { place } from '../../local/template/intrinsics.ts'
import { typesNotHeld } from './not-held.ts'

/** What the emulator was asked. */
export interface Asked {
  /** Name of the role whose credentials were used; `deployer` is who runs the CLI, `cloudformation` what acts for a stack. */
  readonly as: string
  /** As IAM names it: `lambda:CreateFunction`. */
  readonly action: string
  readonly path: string
}

export interface Emulator {
  readonly origin: string
  /** For the CLI and for SDK clients. The credentials are none. */
  readonly env: Readonly<Record<string, string>>
  /** Empty folder, which goes when the emulator does. */
  readonly folder: string
  asked(): readonly Asked[]
  stop(): Promise<void>
}

/** Starts moto on a free port of loopback, with no account's state. It ends with this process, however that ends. */
export async function startEmulator(): Promise<Emulator> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-deploy-'))
  const record = join(folder, 'asked.jsonl')
  const script = join(import.meta.dirname, 'emulator/serve.py')
  const server = spawn(inject('python'), [script, record, ...typesNotHeld], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', AWS_DEFAULT_REGION: place.region },
  })
  // One line for each request; kept for when something fails.
  let log = ''
  server.stderr.on('data', chunk => {
    log = (log + chunk).slice(-20_000)
  })
  const ended = once(server, 'exit')
  const port = await Promise.race([once(server.stdout, 'data').then(([text]) => Number(text)), ended])
  if (typeof port !== 'number') {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`the emulator did not start: ${log}`)
  }
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    folder,
    env: {
      AWS_ENDPOINT_URL: origin,
      // CloudFormation reads templates by AWS's names of buckets, from wherever the CLI put them.
      AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `https://s3.${place.region}.amazonaws.com`,
      AWS_ACCESS_KEY_ID: 'deployer',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_REGION: place.region,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    asked: () =>
      readFileSync(record, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Asked),
    async stop() {
      server.stdin.end()
      await ended
      rmSync(folder, { recursive: true, force: true })
      if (/Traceback/.test(log)) throw new Error(`the emulator failed on the way: ${log}`)
    },
  }
}
