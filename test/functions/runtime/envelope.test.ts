import fc from 'fast-check'
import { expect, test } from 'vitest'
import { envelopeOf } from '../../../functions/runtime/envelope.ts'

test('of an event the method, the id that callers cannot choose, and the address are kept', () => {
  const event = {
    httpMethod: 'PATCH',
    headers: { authorization: 'Bearer secret' },
    requestContext: { requestId: 'chosen', extendedRequestId: 'id-1', identity: { sourceIp: '192.0.2.1' } },
  }
  expect(envelopeOf(event)).toEqual({ method: 'PATCH', requestId: 'id-1', sourceIp: '192.0.2.1' })
})

test('a method that cannot be declared is not written down', () => {
  for (const httpMethod of ['OPTIONS', 'get', 'GET ', 'my-secret', undefined, 7])
    expect(envelopeOf({ httpMethod }).method).toBe('OTHER')
})

test('whatever an event is, it can be looked at, and gives texts', () => {
  const event = fc.oneof(
    fc.anything(),
    fc.record({ httpMethod: fc.anything(), requestContext: fc.anything() }),
    fc.record({
      requestContext: fc.record({ extendedRequestId: fc.anything(), identity: fc.anything() }),
    }),
  )
  fc.assert(
    fc.property(event, given => {
      const { method, requestId = '', sourceIp } = envelopeOf(given)
      expect([method, requestId, sourceIp].map(each => typeof each)).toEqual(['string', 'string', 'string'])
    }),
  )
})
