import type { LocalCloud } from '../local/cloud.ts'
import type { PlayedIssuer } from '../local/issuer/issuers.ts'
import type { RouteSummary } from '../local/routes.ts'
import { missingOptions } from './required-claims.ts'

/** Something to copy into a terminal, and what comes of it. */
export interface Example {
  readonly comment: string
  readonly command: string
}

// From a checkout the command is a source file; installed, it is on npx's path.
const self = process.argv[1]?.endsWith('.ts') ? 'npx tsx bin/sallyport.ts' : 'npx sallyport'

/** Three requests to copy: one that succeeds, one that is refused, one that gets limited. */
export function examplesFor(
  { url: origin, issuers }: Pick<LocalCloud, 'url' | 'issuers'>,
  routes: readonly RouteSummary[],
): Example[] {
  const plain = routes.filter(
    route => route.method === 'GET' && route.inputs.path.length === 0 && !route.needsMore,
  )
  const guarded =
    plain.find(route => route.scopes !== null && route.limits !== null) ?? plain.find(route => route.scopes)
  const open = plain.find(route => route.scopes === null)
  if (!guarded) return open ? [{ comment: 'open to anyone', command: `curl -i ${origin}${open.path}` }] : []
  const { name, command } = tokenOf(issuers.all(), guarded)
  const bearer = `-H "Authorization: Bearer ${command}"`
  const url = `${origin}${guarded.path}`
  const max = Number(guarded.limits?.split(' ')[0] ?? 0)
  return [
    { comment: `succeeds${name}`, command: `curl -i ${bearer} ${url}` },
    { comment: 'refused: no token', command: `curl -i ${url}` },
    ...(guarded.limits
      ? [
          {
            comment: `limited to ${guarded.limits}: from request ${max + 1} on it is 429`,
            command: `curl -s -o /dev/null -w '%{http_code}\\n' ${bearer} "${url}#[1-${max + 1}]"`,
          },
        ]
      : []),
  ]
}

/** How to get a token that the route accepts; those of issuers that are not played here are for the developer to get. */
function tokenOf(issuers: readonly PlayedIssuer[], route: RouteSummary) {
  const scope = (route.scopes ?? []).join(' ')
  const accepted = issuers.filter(
    ({ scopesClaim }, place) => route.issuers.includes(place) && (!scope || scopesClaim !== null),
  )
  const builtIn = accepted.find(issuer => issuer.builtIn)
  if (!builtIn) {
    const names = accepted.map(({ issuer }) => issuer).join(' or ')
    return { name: `, with a token of ${names} in $TOKEN`, command: '$TOKEN' }
  }
  const { issuer, audiences } = builtIn
  const options = [
    ...(issuers.length > 1 ? [`--issuer ${quoted(issuer)}`] : []),
    ...(audiences.length > 1 ? [`--audience ${quoted(audiences[0] ?? '')}`] : []),
    ...(scope ? [`--scope "${scope}"`] : []),
    ...missingOptions(builtIn, { scope, claims: [] }).map(({ option, value }) => option + value),
  ]
  return { name: '', command: `$(${[self, 'token', ...options].join(' ')})` }
}

/** As one word of a POSIX shell. */
const quoted = (text: string) => (/^[\w:/.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
