import type { UpstreamKind } from '../../../../contract/upstream-manifest.ts'
import { systemClock } from '../../../runtime/clock.ts'
import type { Telemetry } from '../../../runtime/telemetry.ts'
import type { Upstream } from '../upstream.ts'
import type { Credentials } from './credentials/credentials.ts'
import { openExchange } from './exchange.ts'
import { withstandFailures } from './withstand-failures.ts'

/**
 * An upstream over HTTPS. Scheme and host come from the declaration alone; the path is the route's own template with
 * validated, re-encoded values in it. Redirects are not followed: they would leave what was declared.
 */
export async function openHttp(
  declared: UpstreamKind<'http'>,
  environment: NodeJS.ProcessEnv,
  { credentials, telemetry }: { readonly credentials: Promise<Credentials>; readonly telemetry: Telemetry },
): Promise<Upstream> {
  const withstand = withstandFailures(declared, {
    clock: systemClock,
    random: Math.random,
    pause: ms => new Promise(resolve => setTimeout(resolve, ms)),
    telemetry,
  })
  // Within each attempt: SigV4 signs its time.
  return withstand(await openExchange(declared, environment, { credentials, trouble: telemetry.trouble }))
}
