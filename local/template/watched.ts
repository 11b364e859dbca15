import type { Watched } from '../cloudwatch/watched.ts'
import type { Placed } from './app.ts'

/** What an app's resources say of dashboards, alarms, rules and subscriptions. */
export function readWatched(resources: readonly Placed[]): Watched {
  const all = (type: string) => resources.filter(resource => resource.type === type)
  const alarmTypes = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'] as const
  const [api] = all('AWS::ApiGateway::RestApi')
  const [stage] = all('AWS::ApiGateway::Stage')
  const { DestinationArn } = Object(stage?.properties.AccessLogSetting) as { DestinationArn?: unknown }
  return {
    dashboards: all('AWS::CloudWatch::Dashboard').map(({ ref, properties }) => ({ name: ref, properties })),
    alarms: alarmTypes.flatMap(type =>
      all(type).map(({ ref, attribute, properties }) => ({
        type,
        name: ref,
        arn: attribute('Arn') as string,
        properties,
      })),
    ),
    insightRules: all('AWS::CloudWatch::InsightRule').map(({ ref, properties }) => ({
      name: ref,
      properties,
    })),
    subscriptions: all('AWS::Logs::SubscriptionFilter').map(({ ref, properties }) => ({
      logGroup: String(properties.LogGroupName),
      name: ref,
      pattern: String(properties.FilterPattern ?? ''),
      destination: String(properties.DestinationArn),
    })),
    streams: new Map(
      all('AWS::KinesisFirehose::DeliveryStream').map(({ ref, attribute }) => [
        attribute('Arn') as string,
        ref,
      ]),
    ),
    // CloudFormation takes it from the document where it is not declared.
    apiName: String(api?.properties.Name ?? titleOf(api?.properties.Body) ?? api?.ref),
    stage: String(stage?.properties.StageName),
    accessLogGroup: DestinationArn === undefined ? undefined : logGroupOf(String(DestinationArn)),
    logGroups: new Map(
      all('AWS::Lambda::Function').flatMap(({ ref, properties }) => {
        const { LogGroup } = Object(properties.LoggingConfig) as { LogGroup?: unknown }
        return LogGroup === undefined ? [] : [[ref, String(LogGroup)] as const]
      }),
    ),
  }
}

const titleOf = (body: unknown): unknown =>
  (Object((Object(body) as { info?: unknown }).info) as { title?: unknown }).title

/** `arn:aws:logs:…:log-group:NAME:*` → NAME. */
const logGroupOf = (arn: string): string | undefined => /:log-group:([^:]+)/.exec(arn)?.[1]
