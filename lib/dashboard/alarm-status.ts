import { AlarmStatusWidget, type IAlarm, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'

/** Alarms as such, or what has them. */
export type ShownAlarms = readonly IAlarm[] | { readonly alarms: readonly IAlarm[] }

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
const mostInWidget = 100

export function alarmStatus(shown: ShownAlarms | undefined): IWidget[] {
  const alarms = shown === undefined ? [] : 'alarms' in shown ? shown.alarms : shown
  return Array.from({ length: Math.ceil(alarms.length / mostInWidget) }, (_, i) => {
    const some = alarms.slice(i * mostInWidget, (i + 1) * mostInWidget)
    // Six in a row.
    const height = Math.min(8, 1 + Math.ceil(some.length / 6))
    return new AlarmStatusWidget({ title: 'Alarms', alarms: [...some], width: 24, height })
  })
}
