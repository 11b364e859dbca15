import { sharingHeaders, varyByOrigin } from '../../contract/cors.ts'
import type { CorsManifest } from '../../contract/gate-manifest.ts'
import { headerValues } from '../runtime/header-values.ts'
import type { Asked, Step } from './passage.ts'

/**
 * Lets pages of the declared origin that asked read the answer, a refusal too: otherwise they could not tell one from a broken
 * network. Only the declaration speaks of this; nothing that an upstream says of it gets here (see `declareOutputs`).
 */
export function shareResponse({ cors }: { cors: CorsManifest | null }): Step<Asked> {
  // Made at load: one answer's headers for each origin.
  const shared = new Map(cors?.origins.map(origin => [origin, sharingHeaders(cors, origin)]))
  const share: Step<Asked>['after'] = ({ internal, response }) => {
    if (!response || !cors) return
    // Of an event that could not be read at all, nothing is known.
    const [origin = '', ...others] = internal.origins ?? []
    const sharing = others.length === 0 ? shared.get(origin) : undefined
    response.headers = { ...response.headers, ...sharing, vary: varyByOrigin }
  }
  return {
    before: ({ event, internal }) => {
      internal.origins = headerValues(event.multiValueHeaders, 'origin')
    },
    after: share,
    onError: share,
  }
}
