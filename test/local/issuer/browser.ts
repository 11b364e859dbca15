import { request as httpsRequest } from 'node:https'
import type { CustomFetch } from 'openid-client'
import type { CertificateAuthority } from '../../../local/network/ca.ts'
import type { Front } from '../../../local/network/front.ts'

/** `fetch` that finds production names behind the front and trusts the local CA alone; redirects are left to the caller. */
export function fetchThrough({ ca, front }: { ca: CertificateAuthority; front: Front }): CustomFetch {
  return (url, init) =>
    new Promise((settle, fail) => {
      const { pathname, search, hostname, host } = new URL(url)
      const body = init.body === undefined || init.body === null ? undefined : String(init.body)
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port: front.port,
          servername: hostname,
          ca: ca.certificate,
          method: init.method,
          path: pathname + search,
          headers: {
            ...init.headers,
            host,
            ...(body ? { 'content-length': Buffer.byteLength(body) } : {}),
          },
          agent: false,
        },
        async response => {
          let text = ''
          for await (const chunk of response) text += chunk
          const headers = new Headers()
          for (const [name, values] of Object.entries(response.headersDistinct)) {
            for (const value of values ?? []) headers.append(name, value)
          }
          const empty = [204, 304].includes(response.statusCode ?? 0)
          settle(new Response(empty ? null : text, { status: response.statusCode ?? 0, headers }))
        },
      )
      request.on('error', fail)
      request.end(body)
    })
}

/** A browser's cookies: `<name> <path>` → value, since cookies of one name may live below several paths. */
export type Cookies = Map<string, string>

/**
 * Follows redirects as a browser, posting one form per page and sending each cookie to its path alone, until it leaves the host.
 * Resolves to where it was sent: the client's redirect URI with the answer.
 */
export async function browse(
  fetch: CustomFetch,
  start: URL,
  forms: readonly string[],
  cookies: Cookies = new Map(),
): Promise<URL> {
  const left = [...forms]
  let url = start
  let form: string | undefined
  while (url.origin === start.origin) {
    const response = await fetch(url.href, {
      method: form === undefined ? 'GET' : 'POST',
      body: form,
      headers: {
        cookie: cookiesFor(url, cookies),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    } as never)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      const path = /; *path=([^;]+)/i.exec(cookie)?.[1] ?? '/'
      if (value === '') cookies.delete(`${name} ${path}`)
      else cookies.set(`${name} ${path}`, value)
    }
    const location = response.headers.get('location')
    if (location) {
      url = new URL(location, url)
      form = undefined
      continue
    }
    const page = await response.text()
    form = left.shift()
    if (form === undefined) throw new Error(`a page without a form to post: ${response.status} ${page}`)
    // Where the page's own form goes, as the person's click would.
    const action = /<form[^>]*\baction="([^"]+)"/.exec(page)?.[1]
    if (action) url = new URL(action, url)
  }
  return url
}

/** RFC 6265 §5.4: those of the path, longer paths first. */
function cookiesFor({ pathname }: URL, cookies: Cookies): string {
  return [...cookies]
    .map(([key, value]) => [...key.split(' '), value] as [string, string, string])
    .filter(([, path]) => `${pathname}/`.startsWith(path.endsWith('/') ? path : `${path}/`))
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([name, , value]) => `${name}=${value}`)
    .join('; ')
}
