import { Access, Limit, type ZeroTrustApi, type ZeroTrustApiProps } from 'sallyport'
import { describe, expect, it } from 'vitest'
import { login, ok, synthesized } from './support.ts'

const guarded = { upstream: ok, access: Access.token() }

describe('API Gateway’s own throttles', () => {
  const settingsOf = (declare: (api: ZeroTrustApi) => unknown, limits?: ZeroTrustApiProps['limits']) =>
    synthesized(declare, { issuers: [login], limits }).only('AWS::ApiGateway::Stage').Properties
      .MethodSettings
  const stage = { DataTraceEnabled: false, HttpMethod: '*', MetricsEnabled: true, ResourcePath: '/*' }
  const one = (api: ZeroTrustApi) => api.addRoute('GET /a', guarded)

  it('are not touched where nothing is declared of the API or a route', () => {
    expect(settingsOf(one)).toEqual([stage])
    expect(settingsOf(one, { user: Limit.perSecond(5), upstream: Limit.perSecond(5) })).toEqual([stage])
  })

  it.each([
    ['100 a second', Limit.perSecond(100), 100, 100],
    ['100 a minute: a rate is a whole number, and never below the limit’s', Limit.perMinute(100), 2, 100],
    ['100 a second, 300 at once', Limit.perSecond(100, { burst: 300 }), 100, 300],
    ['of several the shortest window', [Limit.perHour(5000), Limit.perSecond(10)], 10, 10],
    ['no more at once than AWS lets through', Limit.perMinute(60_000), 1000, 5000],
  ])('of every method follow the API’s limit: %s', (_, service, rate, burst) => {
    expect(settingsOf(one, { service })).toEqual([
      { ...stage, ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
    ])
  })

  it.each([
    ['for some requests only', Limit.perSecond(5, { when: "claims.plan == 'free'" })],
    ['for reads only', { reads: Limit.perSecond(5) }],
    ['of more than AWS lets through at all', Limit.perSecond(10_001)],
  ])('are not derived from a limit %s: they would bind others', (_, service) => {
    expect(settingsOf(one, { service })).toEqual([stage])
  })

  it('of one method follow its route’s limit, in requests, whatever each costs', () => {
    const settings = settingsOf(
      api => {
        api.addRoute('GET /', { ...guarded, limits: { route: Limit.perSecond(3) } })
        api.addRoute('POST /deals/{dealId}', {
          ...guarded,
          limits: { route: Limit.perSecond(100) },
          cost: 30,
          input: { path: { dealId: { type: 'string' } } },
        })
        api.addRoute('GET /free', { ...guarded, limits: { route: Limit.unsafeNone('static') } })
      },
      { route: Limit.perSecond(9) },
    )
    const base = { DataTraceEnabled: false, MetricsEnabled: true }
    expect(settings).toEqual([
      stage,
      { ...base, HttpMethod: 'GET', ResourcePath: '/', ThrottlingRateLimit: 3, ThrottlingBurstLimit: 3 },
      {
        ...base,
        HttpMethod: 'POST',
        ResourcePath: '/~1deals~1{dealId}',
        ThrottlingRateLimit: 4,
        ThrottlingBurstLimit: 4,
      },
    ])
  })
})
