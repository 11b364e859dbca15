import type { LocalCloud } from '../local/cloud.ts'
import { type ListedRoute, playedRoutes } from '../local/routes.ts'
import { paint } from './paint.ts'
import { routeTable } from './route-table.ts'
import { commandIn } from './self.ts'
import { examplesFor } from './try-it.ts'

/** What a person sees when the local cloud is ready. */
export function welcome(
  cloud: LocalCloud,
  page: string | undefined,
  audit: string | undefined,
  upstreams: Readonly<Record<string, string>>,
  routes: readonly ListedRoute[],
  tookMs: number,
): string {
  const played = playedRoutes(cloud.policies(), [...cloud.unmapped(), ...cloud.absentFunctions()])
  const self = commandIn(process.cwd(), process.argv[1] ?? '')
  return [
    '',
    `${paint('bold', 'Sallyport')} ${paint('cyan', cloud.url)} ${paint('dim', `ready in ${(tookMs / 1000).toFixed(1)} s, Ctrl-C ends it`)}`,
    '',
    routeTable(routes, process.stderr),
    '',
    ...(page === undefined ? [] : [line('page', page, 'metrics, alarms and each decision, in a browser')]),
    ...(audit === undefined ? [] : [line('audit', 'trail', audit)]),
    ...((page ?? audit) === undefined ? [] : ['']),
    ...cloud.issuers
      .all()
      .map(({ issuer, origin, builtIn }) =>
        line(
          'issuer',
          issuer,
          builtIn
            ? 'built-in OpenID provider'
            : (origin ?? 'pinned keys: nothing is asked of it, nobody plays it'),
        ),
      ),
    ...Object.entries(upstreams).map(([origin, local]) => line('upstream', origin, local)),
    ...unplayed(cloud).map(({ text }) => text),
    ...examplesFor({ url: cloud.url, issuers: cloud.issuers, played, self }, routes).flatMap(
      ({ comment, command }) => ['', paint('dim', `# ${comment}`), command],
    ),
    '',
  ].join('\n')
}

/** Upstreams that will answer 502, since nobody plays them here, and secrets for want of which gates answer 503: one line each. */
export const unplayed = (
  cloud: Pick<LocalCloud, 'unmapped' | 'absentFunctions' | 'secretsWithoutValue'>,
): Array<{ upstream: string; text: string }> => [
  ...[...new Set(cloud.unmapped())].map(upstream => ({
    upstream,
    text: nobody(upstream, `nobody plays it: --upstream ${upstream}=http://127.0.0.1:…`),
  })),
  ...[...new Set(cloud.absentFunctions())].map(upstream => ({
    upstream,
    text: nobody(upstream, 'nobody plays it: declare the function in this app to have it run here'),
  })),
  ...cloud.secretsWithoutValue().map(secret => ({
    upstream: secret,
    text: line('secret', secret, paint('yellow', `it has no value: --secret ${secret}=<file>`)),
  })),
]

const nobody = (upstream: string, why: string) => line('upstream', upstream, paint('yellow', why))

const line = (what: string, name: string, where: string) =>
  `${paint('dim', what.padEnd(9))} ${name} ${paint('dim', '→')} ${where}`
