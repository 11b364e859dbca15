import { type Deny, deny } from '../../../contract/decision.ts'
import type { OutputManifest } from '../../../contract/gate-manifest.ts'
import type { SentHeaders } from './headers.ts'

/**
 * Why a caller could not read the answer, if so. API Gateway turns base64 into bytes where the first type of `Accept` is one that
 * the API declares as binary; to anyone else it would hand out the base64. Better to say so before the upstream is asked.
 */
export function unacceptable(sent: SentHeaders, output: OutputManifest | null): Deny | undefined {
  if (output?.kind !== 'declared' || output.binary.length === 0) return undefined
  const [value, ...more] = sent.get('accept') ?? []
  const [first = ''] = (value ?? '').split(/[,;]/)
  if (more.length === 0 && output.binary.includes(first.trim().toLowerCase())) return undefined
  return deny('input.not_acceptable')
}
