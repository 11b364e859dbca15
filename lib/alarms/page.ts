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
import { physicalName } from '../physical-name.ts'
import type { Together } from './watch.ts'

/**
 * A rule may be 10,240 characters long, and name 100 alarms. An alarm's ARN is up to 320 characters, its name up to 255.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const mostInRule = 25
const mostOfName = 255

/**
 * The alarm that wakes somebody: when any of these does. It stays as it is while others join it, so one incident is one page, and a second
 * message says that it is over.
 */
export function createPage(
  scope: Construct,
  id: string,
  { topic, when, text }: { topic: ITopic; when: readonly Together[]; text: string },
): CompositeAlarm {
  const page = compose(scope, id, anyOf(scope, `${id}Part`, when), text)
  const action = new SnsAction(topic)
  page.addAlarmAction(action)
  page.addOkAction(action)
  return page
}

/** CDK makes a name of the ids alone, the same for an app's second environment in an account, which CloudWatch does not take. */
const compose = (scope: Construct, id: string, alarmRule: IAlarmRule, alarmDescription: string) =>
  new CompositeAlarm(scope, id, {
    compositeAlarmName: physicalName(scope, id, mostOfName),
    alarmRule,
    alarmDescription,
  })

/** True when any is, through composite alarms in between where there are more than one rule can name. */
function anyOf(scope: Construct, id: string, when: readonly Together[]): IAlarmRule {
  if (when.length === 0) return AlarmRule.fromBoolean(false)
  if (when.flat().length <= mostInRule) return AlarmRule.anyOf(...when.map(allOf))
  const parts: Together[] = chunks(when).map((part, index) => [
    compose(
      scope,
      `${id}${index + 1}`,
      AlarmRule.anyOf(...part.map(allOf)),
      'Some of the alarms of a page, which has more than one rule can name.',
    ),
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
