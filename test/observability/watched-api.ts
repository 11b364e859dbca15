import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Duration, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import {
  Access,
  AuditTrail,
  Breaker,
  GatewayState,
  Limit,
  Upstream,
  ZeroTrustAlarms,
  type ZeroTrustAlarmsProps,
  ZeroTrustApi,
} from 'sallyport'
import { resolve } from '../../local/template/intrinsics.ts'
import { anyOutput, anyToken, login, newApp, ok, type Resource } from '../lib/support.ts'

/** The delivery stream of the trail of {@link watchedApi}. */
export const streamName = 'trail'

/** `Api`: two services behind it, of which one is allowed to fail as often as it likes, a function of tokens, limits, and an audit trail. */
export function watchedApi(stack = new Stack(newApp(), 'S')): ZeroTrustApi {
  const trail = new AuditTrail(new Stack(stack.node.root, 'Audit'), 'Trail', {
    retention: ObjectLockRetention.governance(Duration.days(1)),
  })
  const api = new ZeroTrustApi(stack, 'Api', {
    issuers: [login],
    limits: { user: Limit.perMinute(60) },
    state: new GatewayState(stack, 'State'),
    audit: trail,
  })
  const crm = api.addUpstream('Crm', Upstream.http('https://crm.example.com'))
  const billing = api.addUpstream(
    'Billing',
    Upstream.http('https://billing.example.com', { breaker: Breaker.unsafeNone('a test') }),
  )
  api.addRoute('GET /deals', { upstream: crm, access: anyToken, output: anyOutput })
  api.addRoute('POST /invoices', { upstream: billing, access: anyToken, output: anyOutput })
  api.addRoute('GET /health', { upstream: ok, access: Access.public() })
  return api
}

export type AlarmResources = Readonly<Record<string, Resource>>

/** Alarms of an API, in a stack of their own. */
export function alarmsOf(
  props: Omit<ZeroTrustAlarmsProps, 'api'> = {},
  api: ZeroTrustApi = watchedApi(),
): { readonly alarms: ZeroTrustAlarms; readonly stack: Stack; readonly resources: AlarmResources } {
  const stack = new Stack(api.node.root, 'Observability')
  const alarms = new ZeroTrustAlarms(stack, 'Alarms', { api, ...props })
  return { alarms, stack, resources: Template.fromStack(stack).toJSON().Resources as AlarmResources }
}

/** The alarms among resources, by what follows the construct's own id in theirs. References are resolved to names that show what they were. */
export function definitionsOf(resources: AlarmResources) {
  return (
    Object.entries(resources)
      .filter(
        ([, { Type }]) => Type === 'AWS::CloudWatch::Alarm' || Type === 'AWS::CloudWatch::CompositeAlarm',
      )
      // CDK names composite alarms by their paths; here they are called as the others are.
      .map(
        ([
          logicalId,
          {
            Type,
            Properties: { AlarmName, ...Properties },
          },
        ]) => ({
          type: Type as 'AWS::CloudWatch::Alarm' | 'AWS::CloudWatch::CompositeAlarm',
          name: nameOf(logicalId),
          arn: arnOf(logicalId),
          properties: resolve(Properties, references, logicalId) as Readonly<Record<string, unknown>>,
        }),
      )
  )
}

const nameOf = (logicalId: string) => logicalId.replace(/^Alarms/, '').replace(/[0-9A-F]{8}$/, '')
const arnOf = (logicalId: string) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${nameOf(logicalId)}`

const references = {
  ref: nameOf,
  attribute: (logicalId: string) => arnOf(logicalId),
  // Of the trail's stack; there is nothing else that alarms import.
  imported: () => streamName,
}

/** The alarms of {@link watchedApi} as they are synthesized; outside of a test, too. */
export function synthesizedAlarms(props: Omit<ZeroTrustAlarmsProps, 'api'> = {}) {
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-alarms-'))
  try {
    const api = watchedApi(new Stack(new App({ outdir }), 'S'))
    return definitionsOf(alarmsOf(props, api).resources)
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
