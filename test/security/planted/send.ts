import { randomUUID } from 'node:crypto'
import type { TokenChanges } from '../../functions/authorizer/authority.ts'
import type { Answer, startRecorder } from '../../support/deal-desk.ts'
import { deafIssuer } from './declare.ts'
import type { Secrets } from './secrets.ts'

interface Surroundings {
  readonly url: string
  readonly secrets: Secrets
  readonly upstream: Awaited<ReturnType<typeof startRecorder>>
  readonly sign: (changes: TokenChanges) => Promise<string>
  readonly forge: (changes: TokenChanges) => Promise<string>
  readonly quarantine: (subject: string) => Promise<void>
}

/** What one request calls something undeclared, where that is logged. */
export const openName = 'an-open-name'

/** Sends requests that are let through and requests that are refused in every area, with secrets wherever a request can hold one. */
export async function sendAll({ url, secrets, upstream, sign, forge, quarantine }: Surroundings) {
  let requests = 0
  let events = 0
  const make = (what: string) => secrets.make(what)
  const keepToken = (token: string) => {
    for (const part of [token, ...token.split('.')]) if (part.length > 8) secrets.keep('a token', part)
    return token
  }
  const claims = () => ({
    sub: make('a subject'),
    jti: make('a token id'),
    email: `${make('a claim')}@example.com`,
    name: make('a claim'),
    tenant: make('a claim that goes on'),
    nested: { [make('a claim name')]: [make('a claim in a claim')] },
    scope: `read ${make('a scope')}`,
    roles: ['sales', make('a role')],
    level: 9,
    acr: 'phr',
  })
  const token = async (changes: TokenChanges = {}, by = sign) =>
    keepToken(await by({ ...changes, claims: { ...claims(), ...changes.claims } }))

  /** Whatever a request can hold beside what its route is about. */
  const noise = (): Record<string, string> => ({
    [`x-${make('a header name')}`]: make('a header value'),
    'user-agent': make('a user agent'),
    referer: `https://${make('a referrer')}.example.com/`,
    'x-forwarded-for': make('an x-forwarded-for'),
    cookie: `${make('a cookie name')}=${make('a cookie')}; session=${make('a declared cookie')}`,
    'x-note': make('a declared header'),
    'x-amzn-trace-id': `Root=${make('a trace id')}`,
  })
  const query = () => `${make('a query name')}=${make('a query value')}`
  const send = async (
    target: string,
    authorization: string | undefined,
    init: RequestInit = {},
    { hasEvent = true, hasNoise = true }: { hasEvent?: boolean; hasNoise?: boolean } = {},
  ): Promise<string> => {
    requests += 1
    if (hasEvent) events += 1
    const headers = { ...(hasNoise && noise()), ...(authorization && { authorization }), ...init.headers }
    const response = await fetch(url + target, { ...init, headers })
    return `${response.status} ${await response.text()}`
  }
  const json = (body: unknown, method = 'PATCH'): RequestInit => ({
    method,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const thing = () => `/things/${make('a path value')}`
  const bearer = async (changes?: TokenChanges, by = sign) => `Bearer ${await token(changes, by)}`
  const answer = (more: Record<string, unknown> = {}) =>
    JSON.stringify({
      id: make('a member of an answer'),
      [make('a name in an answer')]: make('a member of an answer'),
      ...more,
    })
  upstream.answerWith(async () => ({ body: answer(), headers: upstreamHeaders() }))
  const upstreamHeaders = () => ({
    [`x-${make("an upstream's header name")}`]: make("an upstream's header"),
    'set-cookie': `${make("an upstream's cookie name")}=${make("an upstream's cookie")}`,
  })

  // Let through.
  await send(`${thing()}?note=${make('a declared query value')}&${query()}`, await bearer())
  const lines = [{ sku: 1, [make('a member name')]: make('a member') }]
  const body = { title: make('a declared member'), labels: { [make('a key of a map')]: 1 }, lines }
  await send(thing(), await bearer(), json({ ...body, [make('a member name')]: make('a member') }))
  await send('/certified', undefined)
  await send(`/orders/1?${query()}`, await bearer({ claims: { scope: 'orders:read' } }))
  await send(
    '/orders',
    undefined,
    json({ title: make('a declared member'), [make('a member name')]: 1 }, 'POST'),
  )
  await send('/once', await bearer())
  await send(`/named?${openName}=${make('a query value')}`, await bearer(), {}, { hasNoise: false })

  // Refused by API Gateway: there is no decision of ours.
  await send(`/${make('a path')}?${query()}`, await bearer(), {}, { hasEvent: false })
  await send(thing(), undefined, {}, { hasEvent: false })

  // Refused by the first door.
  const now = Math.floor(Date.now() / 1000)
  const refusedTokens: Array<[TokenChanges, typeof sign?]> = [
    [{ claims: { exp: now - 10, iat: now - 20 } }],
    [{ claims: { iss: `https://${make('an issuer')}.example.com` } }],
    [{ claims: { aud: make('an audience') } }],
    [{ header: { kid: make('a key id') } }],
    [{ header: { typ: make('a token type') } }],
    [{ claims: { scope: make('a scope') } }],
    [{ claims: { iss: deafIssuer } }],
    [{}, forge],
  ]
  for (const [changes, by] of refusedTokens) await send(thing(), await bearer(changes, by))
  await send(thing(), `Bearer ${make('what is no token')}`)
  await send(thing(), `Basic ${make('a password')}`)
  await send(thing(), await bearer({ claims: { roles: [make('a role')] } }), json(body))
  await send('/paired', await bearer())

  // Refused by the second door.
  await send(`${thing()}?limit=${make('a declared query value')}`, await bearer())
  await send(
    `${thing()}?note=${make('a value sent twice')}&note=${make('a value sent twice')}`,
    await bearer(),
  )
  await send(`/things/${make('a long path value').repeat(3)}`, await bearer())
  await send(
    thing(),
    await bearer(),
    json({ ...body, labels: { [make('a key of a map')]: make('its value') } }),
  )
  await send(thing(), await bearer(), json({ ...body, lines: [{ sku: make('a member of a member') }] }))
  await send(thing(), await bearer(), json(`{"${make('a name')}": ${make('what is no JSON')}`))
  await send(thing(), await bearer(), json(make('a body').repeat(100_000)))
  const plain = { 'content-type': `text/${make('a media type')}` }
  await send(thing(), await bearer(), { ...json(body), headers: plain })
  await send(thing(), await bearer(), {
    headers: { accept: `application/json;q=0, text/${make('an accepted type')}` },
  })
  await send(
    `/strict?${query()}`,
    await bearer(),
    json({ title: '', [make('a name')]: make('a value') }, 'PUT'),
  )
  await send(`/users/${make('somebody else')}`, await bearer())
  await send('/ruled', await bearer({ claims: { level: make('a claim of another type') } }))
  await send('/ruled', await bearer({ claims: { level: 1 } }))
  await send('/strong', await bearer({ claims: { acr: make('an acr') } }))
  await send(
    '/users/me',
    await bearer({ claims: { tenant: [make('a claim that no header can hold')], sub: 'me' } }),
  )
  const twice = await bearer()
  for (let i = 0; i < 2; i += 1) await send('/once', twice)
  await send('/storeless', await bearer())
  const quarantined = make('a subject in quarantine')
  await quarantine(quarantined)
  await send(thing(), await bearer({ claims: { sub: quarantined } }))

  // Refused for what the upstream does.
  await send('/nowhere', await bearer())
  const answers: Answer[] = [
    { status: 500, body: make('an error of an upstream') },
    { status: 302, headers: { location: `https://${make('a redirect')}.example.com` } },
    { headers: { 'content-type': `text/${make("an upstream's media type")}` }, body: make('an answer') },
    { body: `{"${make('a name')}": ${make('no JSON')}` },
    { body: JSON.stringify({ id: 1, labels: { [make('a key of a map')]: make('its value') } }) },
    { body: answer({ labels: { [make('a key of a map')]: make('its value') } }) },
  ]
  for (const said of answers) {
    upstream.answerWith(async () => ({ ...said, headers: { ...upstreamHeaders(), ...said.headers } }))
    await send(thing(), await bearer())
  }
  await send('/orders', undefined, json({ title: 'throw' }, 'POST'))
  await send(`/orders/${randomUUID()}`, await bearer({ claims: { scope: 'orders:read' } }))

  // The gateway's own token, as the upstream got it.
  for (const { headers } of upstream.received)
    if (headers.authorization) keepToken(headers.authorization.replace('Bearer ', ''))
  return { requests, events }
}
