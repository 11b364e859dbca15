import type { LocalCloud } from '../local/cloud.ts'
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
  const { name, command } = tokenOf(issuers.all(), guarded.scopes ?? [])
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

type DeclaredIssuer = ReturnType<LocalCloud['issuers']['all']>[number]

/** How to get a token; tokens of the developer's own issuers are for them to get. */
function tokenOf(issuers: readonly DeclaredIssuer[], scopes: readonly string[]) {
  const builtIn = issuers.find(issuer => issuer.builtIn)
  if (!builtIn) {
    const names = issuers.map(({ issuer }) => issuer).join(' or ')
    return { name: `, with a token of ${names} in $TOKEN`, command: '$TOKEN' }
  }
  const { issuer, audiences, requiredClaims } = builtIn
  const scope = scopes.join(' ')
  const options = [
    ...(issuers.length > 1 ? [`--issuer ${quoted(issuer)}`] : []),
    ...(audiences.length > 1 ? [`--audience ${quoted(audiences[0] ?? '')}`] : []),
    ...(scope ? [`--scope "${scope}"`] : []),
    ...missingOptions(requiredClaims, { scope, claims: [] }).map(({ option, value }) => option + value),
  ]
  return { name: '', command: `$(${[self, 'token', ...options].join(' ')})` }
}

/** As one word of a POSIX shell. */
const quoted = (text: string) => (/^[\w:/.@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
