import type { LocalCloud } from '../local/cloud.ts'
import type { RouteSummary } from '../local/routes.ts'
import { missingOptions } from './required-claims.ts'
import { quoted } from './self.ts'

/** Something to copy into a terminal, and what comes of it. */
export interface Example {
  readonly comment: string
  readonly command: string
}

/** What is known of the running app. */
export interface Surroundings extends Pick<LocalCloud, 'url' | 'issuers'> {
  /** Routes, as `GET /deals`, whose upstream answers here. */
  readonly played: ReadonlySet<string>
  /** This command, as it can be typed where it was started. */
  readonly self: string
}

/**
 * Requests to copy: one that succeeds, one that is refused, one that gets limited. Where every route wants more than a token, one
 * to complete; none only where there is no route.
 */
export function examplesFor(cloud: Surroundings, routes: readonly RouteSummary[]): Example[] {
  const guarded = easiest(routes.filter(isGuarded), cloud)
  const open = easiest(
    routes.filter(route => !isGuarded(route)),
    cloud,
  )
  const works = (route: RouteSummary) => isPlain(route) && isPlayed(route, cloud)
  const openToo = open && !(guarded && works(guarded)) ? [openExample(open, cloud)] : []
  if (!guarded) return openToo
  return [...openToo, ...(isPlain(guarded) ? threeFor(guarded, cloud) : [toComplete(guarded, cloud)])]
}

const isGuarded = ({ scopes }: RouteSummary) => scopes !== null
const isPlain = ({ method, needsInput, needsMore }: RouteSummary) =>
  method === 'GET' && !needsInput && !needsMore
const isPlayed = ({ method, path }: RouteSummary, { played }: Surroundings) => played.has(`${method} ${path}`)

function easiest(routes: readonly RouteSummary[], cloud: Surroundings): RouteSummary | undefined {
  const ease = (route: RouteSummary) =>
    Number(isPlain(route)) * 8 +
    Number(isPlayed(route, cloud)) * 4 +
    Number(route.method === 'GET') * 2 +
    Number(route.limited !== null)
  return [...routes].sort((a, b) => ease(b) - ease(a))[0]
}

function threeFor(route: RouteSummary, cloud: Surroundings): Example[] {
  const { name, command } = tokenOf(route, cloud)
  const bearer = `-H "Authorization: Bearer ${command}"`
  const url = `${cloud.url}${route.path}`
  const outcome = isPlayed(route, cloud) ? 'succeeds' : unplayed
  return [
    { comment: outcome + name, command: `curl -i ${bearer} ${url}` },
    { comment: 'refused: no token', command: `curl -i ${url}` },
    ...(route.limited
      ? [
          {
            comment: `limited to ${route.limited.text}: from request ${route.limited.requests + 1} on it is 429`,
            command: `curl -s -o /dev/null -w '%{http_code}\\n' ${bearer} "${url}#[1-${route.limited.requests + 1}]"`,
          },
        ]
      : []),
  ]
}

const unplayed = 'passes both doors; 502 until something plays the upstream'

function openExample(route: RouteSummary, cloud: Surroundings): Example {
  const outcome = isPlayed(route, cloud) ? 'open to anyone' : `open to anyone; ${unplayed}`
  return { comment: outcome + leftOf(route), command: callOf(route, cloud) }
}

function toComplete(route: RouteSummary, cloud: Surroundings): Example {
  const { name, command } = tokenOf(route, cloud)
  const bearer = `-H "Authorization: Bearer ${command}" `
  return {
    comment: `to try ${route.method} ${route.path}${name}${leftOf(route)}`,
    command: callOf(route, cloud, bearer),
  }
}

/** What a person has to add. */
function leftOf({ needsInput, needsMore }: RouteSummary): string {
  const left = [...(needsInput ? ['its input'] : []), ...(needsMore ? ['what else its token must have'] : [])]
  return left.length > 0 ? `; add ${left.join(', and ')}: see above` : ''
}

function callOf({ method, path }: RouteSummary, { url }: Surroundings, bearer = ''): string {
  const how = method === 'GET' ? '' : method === 'HEAD' ? '-I ' : `-X ${method} `
  // To curl braces are a list, unless it is told otherwise.
  return path.includes('{')
    ? `curl -g -i ${how}${bearer}'${url}${path}'`
    : `curl -i ${how}${bearer}${url}${path}`
}

/** How to get a token that the route accepts; those of issuers that are not played here are for the developer to get. */
function tokenOf(route: RouteSummary, { issuers: { all }, self }: Surroundings) {
  const issuers = all()
  const scope = (route.scopes ?? []).join(' ')
  const accepted = issuers.filter(
    ({ scopesClaim, rolesClaim }, place) =>
      route.issuers.includes(place) &&
      (!scope || scopesClaim !== null) &&
      (route.role === null || rolesClaim !== null),
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
    ...(route.role === null ? [] : [`--role ${quoted(route.role)}`]),
    ...missingOptions(builtIn, { scope, hasRole: route.role !== null, claims: [] }).map(
      ({ option, value }) => option + value,
    ),
  ]
  return { name: '', command: `$(${[self, 'token', ...options].join(' ')})` }
}
