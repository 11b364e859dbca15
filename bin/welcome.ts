import type { LocalCloud } from '../local/cloud.ts'
import type { AccessSummary } from '../local/gateway/rest-api.ts'
import type { RouteSummary } from '../local/routes.ts'
import { paint } from './paint.ts'
import { routeTable } from './route-table.ts'

/** What a person sees when the local cloud is ready. */
export function welcome(
  cloud: LocalCloud,
  upstreams: Readonly<Record<string, string>>,
  routes: readonly RouteSummary[],
  tookMs: number,
): string {
  return [
    '',
    `${paint('bold', 'Sallyport')} ${paint('cyan', cloud.url)} ${paint('dim', `ready in ${(tookMs / 1000).toFixed(1)} s, Ctrl-C ends it`)}`,
    '',
    routeTable(routes, process.stderr),
    '',
    ...cloud.issuers
      .all()
      .map(({ issuer, origin, builtIn }) =>
        line('issuer', issuer, builtIn ? 'built-in OpenID provider' : origin),
      ),
    ...Object.entries(upstreams).map(([origin, local]) => line('upstream', origin, local)),
    ...cloud
      .unmapped()
      .map(origin =>
        line('upstream', origin, paint('yellow', `nobody plays it: --upstream ${origin}=http://127.0.0.1:…`)),
      ),
    ...curls(cloud, routes),
    '',
  ].join('\n')
}

const line = (what: string, name: string, where: string) =>
  `${paint('dim', what.padEnd(9))} ${name} ${paint('dim', '→')} ${where}`

// From a checkout the command is a source file; installed, it is on npx's path.
const self = process.argv[1]?.endsWith('.ts') ? 'npx tsx bin/sallyport.ts' : 'npx sallyport'

/** Three requests to copy: one that succeeds, one that is refused, one that gets limited. */
function curls(cloud: LocalCloud, routes: readonly RouteSummary[]): string[] {
  const plain = routes.filter(
    route => route.method === 'GET' && route.inputs.path.length === 0 && !route.needsMore,
  )
  const guarded =
    plain.find(route => route.scopes !== null && route.limits !== null) ?? plain.find(route => route.scopes)
  const open = plain.find(route => route.scopes === null)
  if (!guarded) return open ? ['', `curl ${cloud.url}${open.path}`] : []
  const scope = guarded.scopes?.length ? ` --scope "${guarded.scopes.join(' ')}"` : ''
  const bearer = `-H "Authorization: Bearer $(${self} token${scope})"`
  const url = `${cloud.url}${guarded.path}`
  const times = Number(guarded.limits?.split(' ')[0] ?? 0) + 1
  const example = (comment: string, command: string) => ['', paint('dim', `# ${comment}`), command]
  return [
    ...example('succeeds', `curl -i ${bearer} ${url}`),
    ...example('refused: no token', `curl -i ${url}`),
    ...(guarded.limits
      ? example(
          `limited: the last of ${times} gets 429`,
          `curl -s -o /dev/null -w '%{http_code}\\n' ${bearer} "${url}?[1-${times}]"`,
        )
      : []),
  ]
}

/** One answered request. */
export function requestLine({ method, path, status, latencyMs, reason }: AccessSummary): string {
  const style = status < 400 ? 'green' : status < 500 ? 'yellow' : 'red'
  const why = reason ? paint('dim', ` ${reason}`) : ''
  return `${paint(style, String(status))} ${method.padEnd(6)} ${printable(path)} ${paint('dim', `${Math.round(latencyMs)} ms`)}${why}`
}

// A path is a stranger's text: shown here, it must not be able to speak to the terminal.
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
