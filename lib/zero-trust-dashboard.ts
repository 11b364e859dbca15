import { Duration } from 'aws-cdk-lib'
import { Dashboard, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { checkWatchesBeside } from './beside.ts'
import { alarmStatus, type ShownAlarms } from './dashboard/alarm-status.ts'
import { DeniedCallers } from './dashboard/denied-callers.ts'
import { LateWidgets } from './dashboard/late-widgets.ts'
import { overview } from './dashboard/overview.ts'
import { security } from './dashboard/security.ts'
import { upstreamSections } from './dashboard/upstreams.ts'
import { row } from './dashboard/widgets.ts'
import { checkOptions, describeValue } from './declare/checks.ts'
import { DeclarationError } from './declare/declaration-error.ts'
import { WebFirewall } from './web-firewall.ts'
import { ZeroTrustApi } from './zero-trust-api.ts'

export interface ZeroTrustDashboardProps {
  /** Whose traffic it shows. */
  readonly api: ZeroTrustApi
  /**
   * The firewall before it, whose refusals no door sees.
   * @default - nothing of a firewall is shown
   */
  readonly firewall?: WebFirewall
  /**
   * Alarms whose states are shown on top: a list of them, or a `ZeroTrustAlarms`.
   * @default - no alarms are shown
   */
  readonly alarms?: ShownAlarms
}

/**
 * Two dashboards of one API: an overview (traffic, errors, latency, saturation, refusals, routes, and a section for each upstream) and
 * security (tokens, refusals by reason, inputs, operators' orders, keys, and with an audit trail its delivery and who is refused most).
 * Routes are found by search, so that both stay the same size whatever their number. To add widgets of your own:
 * `dashboard.overview.addWidgets(…)`.
 *
 * @see docs/dashboards.md
 */
export class ZeroTrustDashboard extends Construct {
  readonly overview: Dashboard
  readonly security: Dashboard

  /** Throws a `DeclarationError`. */
  constructor(scope: Construct, id: string, props: ZeroTrustDashboardProps) {
    super(scope, id)
    checkProps(this.node.path, props)
    const { api, firewall, alarms } = props
    checkWatchesBeside(`${this.node.path} api`, this, api)
    const callers = api.audit ? new DeniedCallers(this, 'DeniedCallers', api).widgets : []
    const make = (name: string, ...widgets: IWidget[]) =>
      new Dashboard(this, name, {
        defaultInterval: Duration.hours(3),
        widgets: [new LateWidgets(() => alarmStatus(alarms)), ...widgets].map(widget => [widget]),
      })
    this.overview = make('Overview', ...overview(api), new LateWidgets(() => upstreamSections(api)))
    this.security = make('Security', ...security(api, firewall), ...(callers.length ? [row(...callers)] : []))
  }
}

function checkProps(path: string, props: ZeroTrustDashboardProps): void {
  checkOptions(path, props, ['api', 'firewall', 'alarms'])
  const { api, firewall, alarms } = props
  const check = (option: string, given: unknown, is: boolean, allowed: string, fix: string) => {
    if (!is)
      throw new DeclarationError({ at: `${path} ${option}`, given: describeValue(given), allowed, fix })
  }
  check('api', api, api instanceof ZeroTrustApi, 'a ZeroTrustApi', 'name the API whose traffic it shows')
  // It stands between quotes in search expressions.
  check('api', api.apiName, !/["'\\]/.test(api.apiName), 'an API whose id has no quotes', 'rename the API')
  check(
    'firewall',
    firewall,
    firewall === undefined || firewall instanceof WebFirewall,
    'a WebFirewall',
    'name the firewall that stands before the API, or leave it out',
  )
  check(
    'alarms',
    alarms,
    alarms === undefined || areAlarms(alarms) || areAlarms((alarms as { alarms?: unknown } | null)?.alarms),
    'a list of alarms, or a ZeroTrustAlarms',
    'name the alarms to show, or leave it out',
  )
}

const areAlarms = (given: unknown): boolean =>
  Array.isArray(given) && given.every(each => typeof each === 'object' && each !== null && 'alarmArn' in each)
