import type { APIGatewayProxyEvent } from 'aws-lambda'
import { deny, Refused } from '../../contract/decision.ts'
import type { CorsManifest } from '../../contract/gate-manifest.ts'
import { headerValues } from '../runtime/header-values.ts'
import type { Asked, Step } from './passage.ts'

/**
 * Refuses what a page of an undeclared origin sends, with `origin.not_allowed`: before anything is counted, read or called, and
 * whatever else is right with the request. Browsers cannot be kept from sending it, and CORS alone keeps the page from the
 * answer only. Requests of programs that are no browsers say nothing of an origin, and pass.
 */
export function checkOrigin({ cors }: { cors: CorsManifest | null }): Step<Asked> {
  const declared = new Set(cors?.origins)
  return {
    before: ({ event, internal }) => {
      const [origin, ...others] = internal.origins
      const allowed =
        origin === undefined
          ? isOwnOrNone(event)
          : others.length === 0 && (declared.has(origin) || origin === ownOrigin(event))
      if (!allowed) throw new Refused(deny('origin.not_allowed'))
    },
  }
}

/**
 * The API's own: API Gateway sets `domainName`, and finds the API by it. A page can neither choose its `Host` nor have a
 * certificate for a name that is not the API's, so this equals an `Origin` only where the page came from the API's own name.
 */
const ownOrigin = ({ requestContext }: APIGatewayProxyEvent): string | undefined =>
  typeof requestContext?.domainName === 'string' ? `https://${requestContext.domainName}` : undefined

/**
 * Browsers leave `Origin` out of a GET without CORS: an image, a script, `fetch` with `no-cors`. They say in `Sec-Fetch-Site`, which
 * no page can set, whether another site's page asked for it (Fetch Metadata §2.4). Followed links pass: they open a page of
 * their own. What these headers are not there for, an old browser or a program, is as without this check.
 */
function isOwnOrNone({ multiValueHeaders: headers, httpMethod }: APIGatewayProxyEvent): boolean {
  const only = (name: string, allowed: readonly string[]) =>
    headerValues(headers, name).every(value => allowed.includes(value))
  if (only('sec-fetch-site', ['same-origin', 'none'])) return true
  const isLink = headerValues(headers, 'sec-fetch-dest').length > 0 && only('sec-fetch-dest', ['document'])
  return isLink && only('sec-fetch-mode', ['navigate']) && httpMethod === 'GET'
}
