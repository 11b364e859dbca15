import { Names } from 'aws-cdk-lib'
import {
  type AlarmBase,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  type IAlarmRule,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { Together } from './watch.ts'

/**
 * A rule may be 10,240 characters long, and name 100 alarms. An alarm's ARN is up to 320 characters with a name that CloudFormation made.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const mostInRule = 25

/**
 * The alarm that wakes somebody: when any of these does. It stays as it is while others join it, so one incident is one page, and a second
 * message says that it is over.
 */
export function createPage(
  scope: Construct,
  id: string,
  { topic, when, text }: { topic: ITopic; when: readonly Together[]; text: string },
): CompositeAlarm {
  const page = new CompositeAlarm(scope, id, {
    compositeAlarmName: nameOf(scope, id),
    alarmRule: anyOf(scope, `${id}Part`, when),
    alarmDescription: text,
  })
  const action = new SnsAction(topic)
  page.addAlarmAction(action)
  page.addOkAction(action)
  return page
}

/** CDK would make one of construct ids alone, and two environments of one app would have the same. */
const nameOf = (scope: Construct, id: string): string =>
  `${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-', allowedSpecialCharacters: '-' })}-${id}`

/** True when any is, through composite alarms in between where there are more than one rule can name. */
function anyOf(scope: Construct, id: string, when: readonly Together[]): IAlarmRule {
  if (when.length === 0) return AlarmRule.fromBoolean(false)
  if (when.flat().length <= mostInRule) return AlarmRule.anyOf(...when.map(allOf))
  const parts: Together[] = chunks(when).map((part, index) => [
    new CompositeAlarm(scope, `${id}${index + 1}`, {
      compositeAlarmName: nameOf(scope, `${id}${index + 1}`),
      alarmRule: AlarmRule.anyOf(...part.map(allOf)),
      alarmDescription: 'Some of the alarms of a page, which has more than one rule can name.',
    }),
  ])
  return anyOf(scope, `${id}s`, parts)
}

const allOf = (together: Together): IAlarmRule =>
  together.length === 1 ? inAlarm(together[0] as AlarmBase) : AlarmRule.allOf(...together.map(inAlarm))

const inAlarm = (alarm: AlarmBase): IAlarmRule => AlarmRule.fromAlarm(alarm, AlarmState.ALARM)

function chunks(when: readonly Together[]): Together[][] {
  const all: Together[][] = [[]]
  for (const together of when) {
    const last = all.at(-1) as Together[]
    if (last.flat().length + together.length > mostInRule) all.push([together])
    else last.push(together)
  }
  return all
}
