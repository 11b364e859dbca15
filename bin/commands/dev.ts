import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Delivery, deliveredBelow, startDelivery } from '../../local/audit/delivery.ts'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { refuseSecond, removeDevState, writeDevState } from '../../local/dev-state.ts'
import { createFeed } from '../../local/page/feed.ts'
import { type LocalPage, type PageApp, startPage } from '../../local/page/server.ts'
import { readRoutes } from '../../local/routes.ts'
import { type AppSettings, readAppSettings, synthesize } from '../../local/synthesize.ts'
import { UsageError } from '../../local/usage-error.ts'
import { watchSources } from '../../local/watch.ts'
import { untilInterrupted } from '../interrupted.ts'
import { paint } from '../paint.ts'
import { describeReload } from '../reloaded.ts'
import { requestLine } from '../request-line.ts'
import { unplayed, welcome } from '../welcome.ts'

interface DevOptions {
  readonly app?: string
  readonly port: number
  readonly upstream: Record<string, string>
  readonly issuer: Record<string, string>
  readonly secret: Record<string, string>
  readonly page: boolean
  readonly pagePort: number
  readonly logs?: boolean
  readonly audit?: string
  readonly json?: boolean
}

const say = (text: string) => process.stderr.write(`${text}\n`)

/** Serves the app of this folder until interrupted. Rejects, with nothing left running, when it cannot be served. */
export async function dev(options: DevOptions): Promise<void> {
  const { app, port, upstream, issuer, secret, logs, audit, json } = options
  const folder = process.cwd()
  const startedAt = Date.now()
  const settings = readAppSettings(folder, app)
  await refuseSecond(folder)
  await checkFree('--port', port)
  if (options.page) await checkFree('--page-port', options.pagePort)

  const interrupted = untilInterrupted()
  const assemblies = mkdtempSync(join(tmpdir(), 'sallyport-dev-'))
  const feed = createFeed({ now: Date.now })
  let cloud: LocalCloud | undefined
  let delivery: Delivery | undefined
  let page: LocalPage | undefined
  let watcher: { close: () => Promise<void> } | undefined
  // What changes while the app is synthesized for the first time is not in what is served then.
  let changedMeanwhile = false
  let reload = async () => {
    changedMeanwhile = true
  }
  try {
    // A secret is read each time: a change of it is a rotation, and not one of the app. Nor is what is delivered.
    const others = [...Object.values(secret), ...(audit === undefined ? [] : [deliveredBelow(audit)])]
    watcher = await watchSources(folder, settings.watch, () => reload(), others)
    const synth = synthesizer(settings, folder, assemblies, interrupted.signal)
    const assembly = await synth()
    const running = await startCloud({
      assembly,
      port,
      upstreams: upstream,
      issuers: issuer,
      secrets: Object.fromEntries(
        // Read each time, so that a changed file is a rotation.
        Object.entries(secret).map(([name, file]) => [name, () => readFileSync(file, 'utf8')]),
      ),
      onRequest(summary, line) {
        feed.answered(summary)
        say(json ? line : requestLine(summary))
      },
      onDoorless: onFirst(name =>
        say(
          `${paint('yellow', '!')} ${name} answers without the second door: serve() or secondDoor() of sallyport/middleware, first of all`,
        ),
      ),
      onLog(line, { functionName }) {
        delivery?.logged(line)
        feed.logged(line)
        if (logs) say(`${paint('dim', functionName)} ${line}`)
      },
    })
    cloud = running
    if (audit !== undefined) {
      refuseWithoutTrail(running)
      delivery = startDelivery({ folder: audit })
    }
    if (options.page) {
      page = await startPage({
        port: options.pagePort,
        feed,
        cloudWatch: running.cloudWatch,
        app: () => pageApp(running),
      })
    }
    const describe = () => ({
      url: running.url,
      page: page?.url ?? null,
      issuers: running.issuers.all(),
      table: running.tables()[0] ?? null,
    })
    const announce = () =>
      writeDevState(folder, {
        pid: process.pid,
        ...describe(),
        dynamodb: running.dynamodb,
        api: running.policies().gates[0]?.api ?? '',
        gates: Object.fromEntries(
          running.policies().gates.map(({ gate, routes }) => [gate, Object.keys(routes)]),
        ),
      })
    announce()
    if (json) process.stdout.write(`${JSON.stringify(describe())}\n`)
    else say(welcome(running, page?.url, audit, upstream, readRoutes(assembly), Date.now() - startedAt))

    reload = async () => {
      try {
        const before = running.policies()
        const known = unplayed(running).map(({ upstream: name }) => name)
        await running.reload(await synth())
        announce()
        page?.reloaded()
        say(`${paint('green', '↻')} reloaded: ${describeReload(before, running.policies())}`)
        // Of those known before it was said then.
        for (const { upstream: name, text } of unplayed(running)) if (!known.includes(name)) say(text)
      } catch (error) {
        if (interrupted.signal.aborted) return
        say(
          `${paint('red', '✗')} not reloaded, the last good state is still served: ${(error as Error).message}`,
        )
      }
    }
    if (changedMeanwhile) await reload()
    await interrupted.promise
  } catch (error) {
    // Ended by a person, not by a mistake.
    if (!interrupted.signal.aborted) throw error
  } finally {
    await watcher?.close()
    await page?.close()
    await cloud?.close()
    delivery?.close()
    removeDevState(folder)
    rmSync(assemblies, { recursive: true, force: true })
    interrupted.dispose()
  }
}

/** Who asks for a trail is not to wait for one that nobody writes. */
function refuseWithoutTrail(cloud: LocalCloud): void {
  const { authorizer, gates } = cloud.policies()
  if ([authorizer, ...gates].some(manifest => manifest?.audit)) return
  throw new UsageError(
    '--audit: the app has no audit trail, so nothing would be written\n  fix: declare one: new ZeroTrustApi(…, { audit: new AuditTrail(…) })',
  )
}

/** What the page says of the app. */
function pageApp(cloud: LocalCloud): PageApp {
  const { gates } = cloud.policies()
  return {
    name: gates[0]?.api ?? '',
    url: cloud.url,
    routes: gates.flatMap(({ routes }) => Object.keys(routes)),
  }
}

/** Of each name once: it would be said with every request. */
function onFirst(tell: (name: string) => void): (name: string) => void {
  const told = new Set<string>()
  return name => {
    if (told.has(name)) return
    told.add(name)
    tell(name)
  }
}

/** Each synthesis goes into a folder of its own: the one before may still be running. */
function synthesizer(settings: AppSettings, folder: string, assemblies: string, signal: AbortSignal) {
  let generation = 0
  return async (): Promise<string> => {
    generation += 1
    const outdir = join(assemblies, String(generation))
    await synthesize(settings, { folder, outdir, signal })
    return outdir
  }
}

/** Said before the app is synthesized, which takes seconds. */
async function checkFree(option: string, port: number): Promise<void> {
  if (port === 0) return
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', () =>
      reject(
        new UsageError(
          `${option} ${port}: something else listens there already; choose another, or 0 for a free one`,
        ),
      ),
    )
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()))
  })
}
