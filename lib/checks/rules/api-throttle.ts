import { settingsOf, stageTypes } from '../api/stages.ts'
import { breach, each, type Rule } from '../rule.ts'
import type { Value } from '../template/value.ts'

/** A number of each; -1 is API Gateway's way to have none. */
const isBounded = (place: Value): boolean =>
  ['ThrottlingRateLimit', 'ThrottlingBurstLimit'].every(name => (place.get(name).number() ?? -1) >= 0)

const isUnbounded = (place: Value): boolean =>
  ['ThrottlingRateLimit', 'ThrottlingBurstLimit'].some(name => (place.get(name).number() ?? 0) < 0)

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
export const apiThrottle: Rule = {
  id: 'ZT-API-THROTTLE',
  title: 'Every stage of an API has a throttle of its own',
  fix: 'Set rate and burst for all methods of the stage (HttpMethod *, ResourcePath /*), or in DefaultRouteSettings.',
  types: stageTypes,
  *judge(stage) {
    const settings = settingsOf(stage)
    if (!settings) return
    const places = [
      settings,
      settings.get('DefaultRouteSettings'),
      ...settings
        .get('MethodSettings')
        .items()
        .filter(place => place.get('HttpMethod').text() === '*' && place.get('ResourcePath').text() === '/*'),
    ]
    if (!places.some(isBounded)) {
      yield breach(settings, 'only the account’s throttle stands before it, which all APIs share')
      return
    }
    const exceptions = [
      ...settings.get('MethodSettings').items(),
      ...settings
        .get('RouteSettings')
        .members()
        .map(([, route]) => route),
    ]
    yield* each(exceptions, function* (place) {
      if (isUnbounded(place)) yield breach(place, 'it is excepted')
    })
  },
}
