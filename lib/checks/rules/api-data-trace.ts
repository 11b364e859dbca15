import { settingsOf, stageTypes } from '../api/stages.ts'
import { breach, each, type Rule } from '../rule.ts'
import type { Value } from '../template/value.ts'

export const apiDataTrace: Rule = {
  id: 'ZT-API-DATA-TRACE',
  title: 'No stage of an API logs whole requests, tokens and all',
  fix: 'Set DataTraceEnabled to false, and use access logs.',
  types: stageTypes,
  *judge(stage) {
    const settings = settingsOf(stage)
    if (!settings) return
    const places: Value[] = [
      settings,
      ...settings.get('MethodSettings').items(),
      settings.get('DefaultRouteSettings'),
      ...settings
        .get('RouteSettings')
        .members()
        .map(([, route]) => route),
    ]
    yield* each(places, function* (place) {
      const trace = place.get('DataTraceEnabled')
      if (trace.flag() === true) yield breach(trace, 'it logs headers and bodies in full')
    })
  },
}
