import { settingsOf, stageTypes } from '../api/stages.ts'
import { breach, type Rule } from '../rule.ts'

export const apiAccessLog: Rule = {
  id: 'ZT-API-ACCESS-LOG',
  title: 'Every stage of an API writes who called what, and how it ended',
  fix: 'Give the stage an access log destination and a format.',
  types: stageTypes,
  *judge(stage) {
    const settings = settingsOf(stage)
    if (!settings) return
    const log = settings.get(
      stage.type === 'AWS::ApiGatewayV2::Stage' ? 'AccessLogSettings' : 'AccessLogSetting',
    )
    if (!log.get('DestinationArn').isPresent) yield breach(log, 'it has no access log')
    else if (!log.get('Format').isPresent) yield breach(log, 'its access log has no format')
  },
}
