import { expect, test } from 'vitest'
import { securityHeaders } from '../../../contract/headers.ts'
import { secureResponse } from '../../../functions/gate/secure-response.ts'

test.each(['after', 'onError'] as const)('security headers win over those already there (%s)', async hook => {
  const headers = { 'cache-control': 'public', 'x-frame-options': 'ALLOWALL', etag: '"1"' }
  const request = { response: { statusCode: 200, headers, body: '' } }
  await secureResponse()[hook]?.(request as never)
  expect(request.response.headers).toEqual({ ...securityHeaders, etag: '"1"' })
})
