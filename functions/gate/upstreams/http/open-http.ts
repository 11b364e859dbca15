import type { UpstreamKind } from '../../../../contract/upstream-manifest.ts'
import type { Telemetry } from '../../../runtime/telemetry.ts'
import type { Upstream } from '../upstream.ts'
import { openExchange } from './exchange.ts'

/**
 * An upstream over HTTPS. Scheme and host come from the declaration alone; the path is the route's own template with
 * validated, re-encoded values in it. Redirects are not followed: they would leave what was declared.
 */
export async function openHttp(
  declared: UpstreamKind<'http'>,
  environment: NodeJS.ProcessEnv,
  telemetry: Pick<Telemetry, 'trouble'>,
): Promise<Upstream> {
  return openExchange(declared, environment, { trouble: telemetry.trouble })
}
